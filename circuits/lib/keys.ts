// Proving keys, verification keys and the Solidity verifiers that snarkjs writes from them.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type VerificationKey, zKey } from 'snarkjs'
import { defaultCacheDir, ensureFolder } from './cache.ts'
import { CIRCUITS, type CircuitName, templateOf } from './circuits.ts'
import { compile } from './compile.ts'
import { developmentAlpha, developmentKey } from './developmentKey.ts'
import { CircuitError } from './errors.ts'
import { readR1cs } from './r1cs.ts'

/**
 * `development` keys are known to everybody and prove anything for whoever wants it;
 * `ceremony` keys are sound if one contributor was honest.
 */
export type KeyKind = 'development' | 'ceremony'

/** What is needed to prove and verify with a circuit. */
export type CircuitKeys = {
  name: CircuitName
  kind: KeyKind
  /** SHA-256 of the constraint system, hexadecimal: the identity of the circuit. */
  circuitHash: string
  constraints: number
  /**
   * Files: the program that computes witnesses, the proving key, the verification key, the Solidity
   * verifier.
   */
  wasm: string
  provingKey: string
  verificationKey: string
  verifier: string
}

export type Progress = (text: string) => void

export type KeyOptions = {
  /** A folder that a ceremony wrote; development keys are made and used without it. */
  keys?: string | undefined
  /** Refuse development keys. */
  isProduction?: boolean | undefined
  cacheDir?: string | undefined
  progress?: Progress | undefined
}

/**
 * Keys for all circuits, compiled and made where they are missing.
 * @throws Circuits.DevelopmentKey, Circuits.KeyMismatch, Circuits.NoKey
 */
export async function ensureKeys(
  options: KeyOptions = {},
): Promise<Record<CircuitName, CircuitKeys>> {
  const { keys, isProduction = false, cacheDir = defaultCacheDir(), progress } = options
  if (isProduction && keys === undefined) throw new DevelopmentKeyError('no other is given')
  // Each compiler is a process of its own, so the circuits compile on all cores.
  const compiled = await Promise.all(
    CIRCUITS.map(async (name) => ({
      name,
      ...(await compile({ template: templateOf(name) }, cacheDir)),
    })),
  )
  const all: Partial<Record<CircuitName, CircuitKeys>> = {}
  for (const { name, r1cs, wasm, constraints } of compiled) {
    const circuitHash = createHash('sha256').update(readFileSync(r1cs)).digest('hex')
    const folder =
      keys === undefined
        ? join(cacheDir, 'development-keys', `${name}-${circuitHash.slice(0, 32)}`)
        : join(keys, name)
    if (keys === undefined) {
      await ensureFolder(folder, async (draft) => {
        progress?.(`development key of ${name}: ${constraints} constraints`)
        await writeFile(
          join(draft, 'proving.zkey'),
          await developmentKey(readR1cs(r1cs), circuitHash),
        )
        await exportVerifier(draft, circuitHash)
      })
    }
    const found = { name, circuitHash, constraints, wasm, ...filesIn(folder) }
    all[name] = { ...found, kind: await checkKey(found, isProduction) }
  }
  return all as Record<CircuitName, CircuitKeys>
}

/** Writes the verification key and the Solidity verifier beside `proving.zkey`. */
export async function exportVerifier(folder: string, circuitHash: string): Promise<void> {
  const { provingKey, verificationKey, verifier } = filesIn(folder)
  const key = await zKey.exportVerificationKey(provingKey)
  await writeFile(verificationKey, JSON.stringify({ circuitHash, ...key }))
  const template = join(dirname(require.resolve('snarkjs')), '..', 'templates')
  const groth16 = readFileSync(join(template, 'verifier_groth16.sol.ejs'), 'utf8')
  await writeFile(verifier, await zKey.exportSolidityVerifier(provingKey, { groth16 }))
}

const require = createRequire(import.meta.url)

function filesIn(folder: string): Pick<CircuitKeys, 'provingKey' | 'verificationKey' | 'verifier'> {
  return {
    provingKey: join(folder, 'proving.zkey'),
    verificationKey: join(folder, 'verification.json'),
    verifier: join(folder, 'Verifier.sol'),
  }
}

type Unchecked = Omit<CircuitKeys, 'kind'>

async function checkKey(found: Unchecked, isProduction: boolean): Promise<KeyKind> {
  const { name, circuitHash, verificationKey, provingKey } = found
  if (!existsSync(provingKey) || !existsSync(verificationKey)) {
    const hint = 'Give the folder that `npm run ceremony` finished.'
    throw new CircuitError('Circuits.NoKey', `there is no key of ${name} at ${provingKey}`, hint)
  }
  const key = JSON.parse(readFileSync(verificationKey, 'utf8')) as VerificationKey & {
    circuitHash: string
  }
  if (key.circuitHash !== circuitHash) {
    const message = `the key of ${name} is for another circuit than the sources make`
    throw new CircuitError(
      'Circuits.KeyMismatch',
      message,
      'Make keys for these sources, or use the sources of the keys.',
    )
  }
  if (!(await isDevelopmentKey(provingKey, circuitHash))) return 'ceremony'
  if (isProduction) throw new DevelopmentKeyError(`that of ${name} is one`)
  return 'development'
}

/**
 * Offset of alpha in a proving key: file header, first section, lengths and orders of the second.
 */
const ALPHA_AT = 12 + 12 + 4 + 12 + 2 * (4 + 32) + 12

/**
 * Decided by the key's numbers, not by its name: anyone can compute alpha of a development key.
 */
export async function isDevelopmentKey(provingKey: string, circuitHash: string): Promise<boolean> {
  const alpha = developmentAlpha(circuitHash)
  const bytes = Buffer.alloc(alpha.length)
  const file = await open(provingKey)
  try {
    await file.read(bytes, 0, bytes.length, ALPHA_AT)
  } finally {
    await file.close()
  }
  return bytes.equals(alpha)
}

export class DevelopmentKeyError extends CircuitError {
  constructor(why: string) {
    super(
      'Circuits.DevelopmentKey',
      `production does not use development keys, and ${why}`,
      'Hold a ceremony (circuits/README.md) and name its folder with --keys.',
    )
  }
}
