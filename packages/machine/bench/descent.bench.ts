import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as Execution from '../src/Execution.ts'
import { fromElf, type Program } from '../src/Program.ts'
import { buildElf } from '../src/testing/buildElf.ts'
import * as encode from '../src/testing/encode.ts'
import { createHashThreads } from '../src/testing/hashThreads.ts'

/**
 * One player's work in a whole dispute: the length of the run, the states of every round of 32, the
 * witness of the step. Over programs that store at random places of 1 MB and 64 MB, so that every
 * line differs at every point, and over blocks of the go-ethereum guest. The trees of the program
 * are computed before, as they are once a program.
 */
export const name = 'dispute'
export const figures = ['dispute.descent']

type Figure = {
  name: string
  value: number
  unit: string
  against: string | number | null
  ratio: number | null
}

const MEBIBYTE = 2 ** 20
const ARITY = 32n
/** Seconds: the goals, and for the block what the same took before there were checkpoints. */
const GOALS: Readonly<Record<string, number>> = { '1e9.1MB': 60, '1e9.64MB': 300 }
const BLOCK_BEFORE = 171

/** @param options `only` names a figure or a group such as `dispute.descent.1e9`. */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  const { only = 'dispute' } = options
  const isWanted = (figure: string) => figure.startsWith(only) || only.startsWith(`${figure}.`)
  const found: Figure[] = []
  for (const steps of [1e6, 1e8, 1e9]) {
    for (const megabytes of [1, 64]) {
      const key = `1e${Math.log10(steps)}.${megabytes}MB`
      const figure = `dispute.descent.${key}`
      if (!isWanted(figure)) continue
      const seconds = await descend(storingProgram(steps, megabytes * MEBIBYTE), new Uint8Array(0))
      const goal = GOALS[key]
      const against = goal === undefined ? null : `${goal} goal`
      const ratio = goal === undefined ? null : round(goal / seconds)
      found.push({ name: figure, value: round(seconds), unit: 's', against, ratio })
    }
  }
  for (const transfers of [1, 10, 100]) {
    const figure = `dispute.descent.block${transfers}`
    if (!isWanted(figure)) continue
    const block = findBlock(transfers)
    if (block === undefined) continue
    const seconds = await descend(fromElf(readFileSync(block.elf)), readFileSync(block.input))
    const against = transfers === 100 ? `${BLOCK_BEFORE} before` : null
    const ratio = transfers === 100 ? round(BLOCK_BEFORE / seconds) : null
    found.push({ name: figure, value: round(seconds), unit: 's', against, ratio })
  }
  return { figures: found }
}

/**
 * Seconds from a machine in its first state to the witness of one step, seven tenths into the run.
 */
async function descend(program: Program, input: Uint8Array): Promise<number> {
  const pool = createHashThreads(availableParallelism())
  const salt = new Uint8Array(32).fill(1)
  const execution = await Execution.create(program, { input, salt, hashPool: pool })
  await Execution.witnessAt(execution, 0n)
  const start = performance.now()
  const { steps } = await Execution.end(execution, 10n ** 12n)
  const denied = (steps * 7n) / 10n
  let [low, high] = [0n, steps]
  while (high - low > 1n) {
    const parts = high - low < ARITY ? high - low : ARITY
    const points = Array.from(
      { length: Number(parts) + 1 },
      (_, i) => low + (BigInt(i) * (high - low)) / parts,
    )
    await Execution.hashesAt(execution, points)
    const segment = points.findLastIndex((point) => point <= denied)
    ;[low, high] = points.slice(segment, segment + 2) as [bigint, bigint]
  }
  await Execution.witnessAt(execution, low)
  const seconds = (performance.now() - start) / 1000
  await pool.close()
  return seconds
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
