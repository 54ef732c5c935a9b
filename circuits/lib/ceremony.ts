// A ceremony in a folder that contributors hand on: powers of tau, then a key for each circuit. One
// honest contributor to each phase, who forgets their randomness, is enough. Bowe, Gabizon, Miers:
// "Scalable Multi-party Computation for zk-SNARK Parameters in the Random Beacon Model" (2017).
//
//   powers/0000.ptau, 0001.ptau, …   after the start and after each contribution; the last is the beacon's
//   powers/final.ptau                prepared for the second phase
//   keys/CIRCUIT/0000.zkey, …        the same for each circuit
//   CIRCUIT/proving.zkey, …          what `--keys` takes, when finished
//   transcript.json                  circuits, contributions of both phases, hashes of the final files

import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curves, powersOfTau, zKey } from 'snarkjs'
import { type Contribution, contributionsOf } from './contributions.ts'
import { CircuitError } from './errors.ts'
import { exportVerifier } from './keys.ts'

/** A circuit that gets a key: its name and its constraint system. */
export type Subject = { name: string; r1cs: string }

/** The public record of a ceremony. */
export type Transcript = {
  version: 1
  circuits: Record<string, { circuitHash: string; contributions: Contribution[]; keyHash: string }>
  powers: { power: number; contributions: Contribution[]; fileHash: string }
}

/** Contributors that a phase needs besides the beacon. */
const CONTRIBUTORS = 2
/** The beacon is hashed 2^10 times, so that whoever sees it first can't choose among many. */
const BEACON_ITERATIONS = 10

/** Begins a ceremony for circuits of up to 2^power constraints. @throws Ceremony.Order */
export async function start(folder: string, power: number): Promise<void> {
  if (existsSync(join(folder, 'powers'))) throw new OrderError('there is one in this folder')
  mkdirSync(join(folder, 'powers'), { recursive: true })
  const curve = await curves.getCurveFromName('bn128')
  await powersOfTau.newAccumulator(curve, power, join(folder, 'powers', fileName(0, 'ptau')))
}

/** Adds one contributor's randomness to the open phase. @throws Ceremony.Order */
export async function contribute(folder: string, name: string): Promise<string> {
  if (name === '' || Buffer.byteLength(name) > 64) throw new OrderError('a name has 1 to 64 bytes')
  const phase = phaseOf(folder)
  if (phase === 'finished') throw new OrderError('it is finished')
  for (const { last, next, kind } of open(folder, phase)) {
    if (contributionsOf(last, kind).some((one) => one.name === name)) {
      throw new OrderError(`${name} has contributed to this phase`)
    }
    const entropy = randomBytes(64).toString('hex')
    const tool = kind === 'powers' ? powersOfTau : zKey
    await tool.contribute(last, next, name, entropy)
  }
  return phase
}

/**
 * Ends the open phase with a number that nobody could know before it, and begins the next, or
 * writes the keys.
 * @throws Ceremony.Order
 */
export async function beacon(
  folder: string,
  hash: string,
  subjects: readonly Subject[],
): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new OrderError('a beacon is 32 bytes in hexadecimal')
  const phase = phaseOf(folder)
  if (phase === 'finished') throw new OrderError('it is finished')
  const files = open(folder, phase)
  for (const { last, kind } of files) assertEnough(contributionsOf(last, kind), false)
  for (const { last, next, kind } of files) {
    const tool = kind === 'powers' ? powersOfTau : zKey
    await tool.beacon(last, next, 'beacon', hash, BEACON_ITERATIONS)
  }
  if (phase === 'powers') await beginKeys(folder, files[0]?.next as string, subjects)
  else await finish(folder, subjects)
  return phase
}

async function beginKeys(
  folder: string,
  last: string,
  subjects: readonly Subject[],
): Promise<void> {
  const prepared = finalPowers(folder)
  await powersOfTau.preparePhase2(last, prepared)
  for (const { name, r1cs } of subjects) {
    mkdirSync(join(folder, 'keys', name), { recursive: true })
    await zKey.newZKey(r1cs, prepared, join(folder, 'keys', name, fileName(0, 'zkey')))
  }
}

async function finish(folder: string, subjects: readonly Subject[]): Promise<void> {
  for (const { name, r1cs } of subjects) {
    mkdirSync(join(folder, name), { recursive: true })
    cpSync(lastFile(join(folder, 'keys', name)).path, join(folder, name, 'proving.zkey'))
    await exportVerifier(join(folder, name), hashOf(r1cs))
  }
  const transcript = JSON.stringify(recordOf(folder, subjects), null, 2)
  writeFileSync(join(folder, 'transcript.json'), `${transcript}\n`)
}

/**
 * Checks a finished ceremony against the circuits of these sources: every contribution follows from
 * the one before, the keys from the circuits, the transcript and the exported files from the keys.
 * @throws Ceremony.Invalid
 */
export async function check(folder: string, subjects: readonly Subject[]): Promise<Transcript> {
  if (phaseOf(folder) !== 'finished') throw new OrderError('it is not finished')
  const record = recordOf(folder, subjects)
  assertEnough(record.powers.contributions, true)
  await assertHolds('the powers of tau', () => powersOfTau.verify(finalPowers(folder)))
  for (const { name, r1cs } of subjects) {
    assertEnough(record.circuits[name]?.contributions ?? [], true)
    const key = join(folder, name, 'proving.zkey')
    await assertHolds(`the key of ${name}`, () =>
      zKey.verifyFromR1cs(r1cs, finalPowers(folder), key),
    )
    await assertExported(folder, name, r1cs)
  }
  const written = JSON.parse(readFileSync(join(folder, 'transcript.json'), 'utf8'))
  if (JSON.stringify(written) !== JSON.stringify(record)) throw new InvalidError('the transcript')
  return record
}

/** The tools throw on a file that they can't read, and return false for one that is wrong. */
async function assertHolds(what: string, verify: () => Promise<boolean>): Promise<void> {
  const holds = await verify().catch(() => false)
  if (!holds) throw new InvalidError(what)
}

async function assertExported(folder: string, name: string, r1cs: string): Promise<void> {
  const { circuitHash, ...rest } = JSON.parse(
    readFileSync(join(folder, name, 'verification.json'), 'utf8'),
  )
  const fresh = await zKey.exportVerificationKey(join(folder, name, 'proving.zkey'))
  if (circuitHash !== hashOf(r1cs) || JSON.stringify(rest) !== JSON.stringify(fresh)) {
    throw new InvalidError(`the verification key of ${name}`)
  }
}

function recordOf(folder: string, subjects: readonly Subject[]): Transcript {
  const circuits: Transcript['circuits'] = {}
  for (const { name, r1cs } of subjects) {
    const key = join(folder, name, 'proving.zkey')
    const contributions = contributionsOf(key, 'key')
    circuits[name] = { circuitHash: hashOf(r1cs), contributions, keyHash: hashOf(key) }
  }
  const prepared = finalPowers(folder)
  const contributions = contributionsOf(prepared, 'powers')
  const powers = { power: powerOf(prepared), contributions, fileHash: hashOf(prepared) }
  return { version: 1, circuits, powers }
}

/** Two contributors besides the beacon, which comes last. */
function assertEnough(contributions: readonly Contribution[], isEnded: boolean): void {
  const people = contributions.filter((one) => one.beacon === undefined)
  if (new Set(people.map((one) => one.name)).size < CONTRIBUTORS) {
    throw new OrderError(`a phase needs ${CONTRIBUTORS} contributors`)
  }
  if (isEnded && contributions.at(-1)?.beacon === undefined)
    throw new InvalidError('a phase without a beacon')
}

type Open = { last: string; next: string; kind: 'powers' | 'key' }

function open(folder: string, phase: 'powers' | 'keys'): Open[] {
  if (phase === 'powers') return [filesOf(join(folder, 'powers'), 'powers', 'ptau')]
  return readdirSync(join(folder, 'keys')).map((name) =>
    filesOf(join(folder, 'keys', name), 'key', 'zkey'),
  )
}

function filesOf(folder: string, kind: 'powers' | 'key', extension: string): Open {
  const { path, number } = lastFile(folder)
  return { last: path, next: join(folder, fileName(number + 1, extension)), kind }
}

function lastFile(folder: string): { path: string; number: number } {
  const numbers = readdirSync(folder)
    .filter((name) => /^\d{4}\./.test(name))
    .sort()
  const name = numbers.at(-1)
  if (name === undefined) throw new OrderError('it has not begun')
  return { path: join(folder, name), number: Number(name.slice(0, 4)) }
}

function phaseOf(folder: string): 'powers' | 'keys' | 'finished' {
  if (existsSync(join(folder, 'transcript.json'))) return 'finished'
  if (existsSync(join(folder, 'keys'))) return 'keys'
  if (existsSync(join(folder, 'powers'))) return 'powers'
  throw new OrderError('it has not begun')
}

function fileName(number: number, extension: string): string {
  return `${String(number).padStart(4, '0')}.${extension}`
}

function finalPowers(folder: string): string {
  return join(folder, 'powers', 'final.ptau')
}

/**
 * Behind the file's header and that of its first section: bytes of a coordinate, the base field's
 * order, the power.
 */
function powerOf(path: string): number {
  return readFileSync(path).readUInt32LE(12 + 12 + 4 + 32)
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

export class OrderError extends CircuitError {
  constructor(why: string) {
    super(
      'Ceremony.Order',
      `the ceremony can't go on: ${why}`,
      'See circuits/README.md for its order.',
    )
  }
}

export class InvalidError extends CircuitError {
  constructor(what: string) {
    super(
      'Ceremony.Invalid',
      `the ceremony does not hold: ${what}`,
      'Do not use its keys; find out who changed what.',
    )
  }
}
