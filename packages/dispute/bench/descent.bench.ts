import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as Execution from '@ambrosia/machine/Execution'
import { fromElf, type Program } from '@ambrosia/machine/Program'
import { buildElf } from '@ambrosia/machine/testing/buildElf'
import * as encode from '@ambrosia/machine/testing/encode'
import { createHashThreads } from '@ambrosia/machine/testing/hashThreads'
import { isLong, pointsOf, sketchPointsOf } from '../src/Bisection.ts'

/**
 * One side's work in a whole dispute: the length of the run, the states of every round, the witness
 * of the step; by messages, where digests narrow the stretch before a state is hashed, and as an
 * asserter on the chain, in parts of 32. Over programs that store at random places of 1 MB and 64
 * MB, so that every line differs at every point, and over blocks of the go-ethereum guest. The
 * trees of the program are computed before, as they are once a program. Beside the clock stands the
 * processor time of all threads, which a busy machine does not lengthen as much.
 */
export const name = 'dispute'

const LENGTHS = [1e6, 1e8, 1e9]
const MEGABYTES = [1, 64]
const TRANSFERS = [1, 10, 100]
const WAYS = ['', 'chain.']

export const figures = WAYS.flatMap((way) => [
  ...LENGTHS.flatMap((steps) => MEGABYTES.map((megabytes) => keyOf(way, steps, megabytes))),
  ...TRANSFERS.map((transfers) => `dispute.descent.${way}block${transfers}`),
])

function keyOf(way: string, steps: number, megabytes: number): string {
  return `dispute.descent.${way}1e${Math.log10(steps)}.${megabytes}MB`
}

type Figure = {
  name: string
  value: number
  unit: string
  against: string | number | null
  ratio: number | null
}

const MEBIBYTE = 2 ** 20
/** Seconds by the clock: the goals, and what the block took before there were checkpoints. */
const AGAINST: Readonly<Record<string, string>> = {
  'dispute.descent.1e9.1MB': '60 goal',
  'dispute.descent.1e9.64MB': '300 goal',
  'dispute.descent.block100': '171 before',
}

/** @param options `only` names a figure or a group such as `dispute.descent.1e9`. */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  const { only = 'dispute' } = options
  const found: Figure[] = []
  for (const figure of figures) {
    if (figure !== only && !figure.startsWith(`${only}.`)) continue
    const subject = subjectOf(figure)
    if (subject === undefined) continue
    const isByMessages = !figure.includes('.chain.')
    const { seconds, processorSeconds } = await descend(subject, isByMessages)
    const against = AGAINST[figure] ?? null
    const ratio = against === null ? null : round(Number.parseInt(against, 10) / seconds)
    found.push({ name: figure, value: round(seconds), unit: 's', against, ratio })
    const processor = { value: round(processorSeconds), unit: 's of processor time' }
    found.push({ name: `${figure}.processor`, ...processor, against: null, ratio: null })
  }
  return { figures: found }
}

type Subject = { program: Program; input: Uint8Array }

/** What a figure is about; undefined for a block that was not built here. */
function subjectOf(figure: string): Subject | undefined {
  const [, power, megabytes] = /1e(\d)\.(\d+)MB$/.exec(figure) ?? []
  if (power !== undefined) {
    const program = storingProgram(10 ** Number(power), Number(megabytes) * MEBIBYTE)
    return { program, input: new Uint8Array(0) }
  }
  const block = findBlock(Number(/(\d+)$/.exec(figure)?.[1]))
  return block && { program: fromElf(readFileSync(block.elf)), input: readFileSync(block.input) }
}

/** From a machine in its first state to the witness of one step, seven tenths into the run. */
async function descend({ program, input }: Subject, isByMessages: boolean) {
  const pool = createHashThreads(availableParallelism())
  const salt = new Uint8Array(32).fill(1)
  const execution = await Execution.create(program, { input, salt, hashPool: pool })
  await Execution.witnessAt(execution, 0n)
  const start = performance.now()
  const before = process.cpuUsage()
  const { steps } = await Execution.end(execution, 10n ** 12n)
  const denied = (steps * 7n) / 10n
  let [low, high] = [0n, steps]
  // Both know the last state: one claims it, the other denies it.
  await Execution.hashesAt(execution, [high])
  if (isByMessages) {
    while (isLong(low, high)) {
      const points = sketchPointsOf(low, high)
      await Execution.digestsAt(execution, points)
      ;[low, high] = segmentAt(points, denied)
    }
    await Execution.hashesAt(execution, [low, high])
  }
  while (high - low > 1n) {
    const points = pointsOf(low, high)
    await Execution.hashesAt(execution, points)
    ;[low, high] = segmentAt(points, denied)
  }
  await Execution.witnessAt(execution, low)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  await pool.close()
  return { seconds, processorSeconds: (user + system) / 1e6 }
}

function segmentAt(points: readonly bigint[], step: bigint): [bigint, bigint] {
  const segment = points.findLastIndex((point) => point <= step)
  return points.slice(segment, segment + 2) as [bigint, bigint]
}

/**
 * Stores at pseudo-random places of that many bytes, eight steps a store, about that many steps in
 * all.
 */
function storingProgram(steps: number, size: number): Program {
  const words = [
    ...constant(5, 0x10000000n),
    ...constant(6, BigInt(size - 8)),
    ...constant(7, BigInt(Math.floor(steps / 8))),
    ...constant(9, 6364136223846793005n),
    ...constant(10, 1442695040888963407n),
    encode.register('mul', 8, 8, 9),
    encode.register('add', 8, 8, 10),
    encode.shift('srli', 11, 8, 24),
    encode.register('and', 11, 11, 6),
    encode.register('add', 11, 11, 5),
    encode.store('sd', 8, 11, 0),
    encode.immediate('addi', 7, 7, -1),
    encode.branch('bne', 7, 0, -28),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  ]
  return fromElf(buildElf([{ address: 0x10000, data: encode.toBytes(words) }], 0x10000))
}

function constant(rd: number, value: bigint): number[] {
  const words = [encode.immediate('addi', rd, 0, 0)]
  for (let shift = 60n; shift >= 0n; shift -= 10n) {
    const part = Number((value >> shift) & 1023n)
    words.push(encode.shift('slli', rd, rd, 10), encode.immediate('addi', rd, rd, part))
  }
  return words
}

function findBlock(transfers: number): { elf: string; input: string } | undefined {
  const pattern = join(
    homedir(),
    `.cache/ambrosia/guest/block-*/inputs/transfers-${transfers}.input`,
  )
  const found = globSync(pattern)
    .map((input) => ({ input, elf: join(dirname(dirname(input)), 'block.elf') }))
    .filter(({ elf }) => existsSync(elf))
    .sort((a, b) => statSync(b.input).mtimeMs - statSync(a.input).mtimeMs)[0]
  if (found === undefined) {
    process.stderr.write(
      'dispute.descent.block: no block guest in ~/.cache/ambrosia/guest; build it with guest/build.ts\n',
    )
  }
  return found
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
