import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figure } from '@ambrosia/testing/Figure'
import { buildPoseidon } from 'circomlibjs'
import { allocate, createHasher, ELEMENT_SIZE, hashMany } from '../src/internal/hasher.ts'
import * as Machine from '../src/Machine.ts'
import { fromElf, type Program } from '../src/Program.ts'
import { buildElf } from '../src/testing/buildElf.ts'
import * as encode from '../src/testing/encode.ts'
import { createHashThreads } from '../src/testing/hashThreads.ts'

/**
 * The machine: engines against QEMU's user mode on the same programs in the same run (millions of
 * steps a second of processor time), Poseidon against circomlibjs, memory roots, the state hashes
 * of one round of a dispute, memory.
 */
export const name = 'machine'

const WORKLOADS = ['keccak', 'sieve', 'montgomery', 'quicksort', 'division']
const RUNS = 3
const MEBIBYTE = 2 ** 20
const ELF = fileURLToPath(new URL('../../../examples/machine/bin/workloads.elf', import.meta.url))

/**
 * @param options `only` names a figure or a group such as `machine.poseidon`; `sizeBytes` is the
 * memory of the root figures.
 */
export async function run(
  options: { only?: string; sizeBytes?: number | undefined } = {},
): Promise<{ figures: Figure[] }> {
  const { only = 'machine', sizeBytes = 64 * MEBIBYTE } = options
  const groups: [string, () => Promise<Figure[]>][] = [
    ['memory', async () => measureMemory()],
    ['poseidon', measurePoseidon],
    ['interpreter', async () => measureEngine('interpreter')],
    ['translator', async () => measureEngine('translator')],
    ['root', () => measureRoot(sizeBytes)],
    ['block100', measureBlock],
  ]
  const wanted = only.split('.')[1]
  const figures: Figure[] = []
  for (const [group, measure] of groups) {
    if (wanted === undefined || wanted === group) figures.push(...(await measure()))
  }
  return { figures }
}

function measureEngine(engine: 'interpreter' | 'translator'): Figure[] {
  const program = fromElf(readFileSync(ELF))
  return WORKLOADS.map((workload, index) => {
    let steps = 0
    const ours = best(() => {
      const machine = Machine.create(program, { engine, input: Uint8Array.from([48 + index]) })
      const start = processorSeconds()
      Machine.run(machine)
      steps = Number(Machine.steps(machine))
      return processorSeconds() - start
    })
    const value = round(steps / 1e6 / ours)
    const theirs = best(() => qemuSeconds(index))
    const figure = { name: `machine.${engine}.${workload}`, value, unit: 'M steps/s' }
    if (!Number.isFinite(theirs)) return { ...figure, against: null, ratio: null }
    const against = `${round(steps / 1e6 / theirs)} qemu-riscv64`
    return { ...figure, against, ratio: round(theirs / ours) }
  })
}

/** Processor time of QEMU on a workload; infinite where it is not installed. */
function qemuSeconds(index: number): number {
  const script = `qemu-riscv64 "$0" ${index} >/dev/null && times`
  const { stdout, status } = spawnSync('bash', ['-c', script, ELF], { encoding: 'utf8' })
  if (status !== 0) return Number.POSITIVE_INFINITY
  const children = stdout.trim().split('\n').at(-1) ?? ''
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
}

async function measurePoseidon(): Promise<Figure[]> {
  const theirs = await buildPoseidon()
  const hasher = createHasher()
  return [3, 5, 6, 9, 12, 17].map((width) => {
    const count = 1000
    const inputs = allocate(hasher, count * (width - 1) * ELEMENT_SIZE)
    const out = allocate(hasher, count * ELEMENT_SIZE)
    hashMany(hasher, width, inputs, out, count)
    const ours = best(() => seconds(() => hashMany(hasher, width, inputs, out, count)))
    const elements = Array.from({ length: width - 1 }, () => 0n)
    const theirCount = 300
    theirs(elements)
    const other = best(() =>
      seconds(() => {
        for (let i = 0; i < theirCount; i++) theirs(elements)
      }),
    )
    const [value, against] = [count / ours, theirCount / other]
    return {
      name: `machine.poseidon.t${width}`,
      value: Math.round(value),
      unit: 'hashes/s',
      against: `${Math.round(against)} circomlibjs`,
      ratio: round(value / against),
    }
  })
}

/** Stores a counter into every 8 bytes from 16 MiB on. */
function fillProgram(sizeBytes: number): Program {
  const end = 2 ** 24 + Math.ceil(sizeBytes / 4096) * 4096
  const words = [
    encode.upper('lui', 5, 2 ** 24),
    encode.upper('lui', 6, end),
    encode.store('sd', 7, 5, 0),
    encode.immediate('addi', 7, 7, 3),
    encode.immediate('addi', 5, 5, 8),
    encode.branch('bltu', 5, 6, -12),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  ]
  return fromElf(buildElf([{ address: 0x10000, data: encode.toBytes(words) }], 0x10000))
}

async function measureRoot(sizeBytes: number): Promise<Figure[]> {
  const program = fillProgram(sizeBytes)
  const timings: number[] = []
  const roots: bigint[] = []
  for (const threads of [1, 2]) {
    const pool = createHashThreads(threads)
    const machine = Machine.create(program, threads > 1 ? { hashPool: pool } : {})
    Machine.run(machine)
    const start = performance.now()
    roots.push(await Machine.stateHash(machine))
    timings.push((performance.now() - start) / 1000)
    await pool.close()
  }
  if (roots[0] !== roots[1]) throw new Error('the roots of one and two threads differ')
  const [one, two] = timings as [number, number]
  const megabytes = Math.round(sizeBytes / MEBIBYTE)
  return [
    {
      name: `machine.root.${megabytes}MB.1`,
      value: round(one),
      unit: 's',
      against: null,
      ratio: null,
    },
    {
      name: `machine.root.${megabytes}MB.2`,
      value: round(two),
      unit: 's',
      against: `${round(one)} one thread`,
      ratio: round(one / two),
    },
  ]
}

/** Resident memory that a run adds for each MB that the program stores to, its tree included. */
async function measureMemory(): Promise<Figure[]> {
  const size = 16
  const machine = Machine.create(fillProgram(size * MEBIBYTE))
  await Machine.stateHash(machine)
  const before = process.memoryUsage().rss
  Machine.run(machine)
  await Machine.stateHash(machine)
  const value = round((process.memoryUsage().rss - before) / size / MEBIBYTE)
  return [
    {
      name: 'machine.memory.perMB',
      value,
      unit: 'MB',
      against: '1 the bytes alone',
      ratio: round(1 / value),
    },
  ]
}

/**
 * 32 states spread over the block of 100 transfers, as the first round of a dispute asks for them.
 */
async function measureBlock(): Promise<Figure[]> {
  const found = findBlock()
  if (found === undefined) {
    process.stderr.write(
      'machine.block100: no block guest in ~/.cache/ambrosia/guest; build it with guest/build.ts\n',
    )
    return []
  }
  const program = fromElf(readFileSync(found.elf))
  const input = readFileSync(found.input)
  const measure = async (options: Machine.Options) => {
    const machine = Machine.create(program, { input, ...options })
    Machine.run(machine)
    const total = Machine.steps(machine)
    Machine.reset(machine)
    await Machine.stateHash(machine)
    const points = Array.from({ length: 32 }, (_, i) => (total * BigInt(i + 1)) / 32n)
    const start = performance.now()
    const hashes = await Machine.stateHashes(machine, points)
    return { hashes, total, time: (performance.now() - start) / 1000 }
  }
  const pool = createHashThreads(2)
  const two = await measure({ hashPool: pool })
  await pool.close()
  const one = await measure({ engine: 'interpreter' })
  if (two.hashes.join() !== one.hashes.join()) throw new Error('the engines give different states')
  return [
    {
      name: 'machine.block100.steps',
      value: Number(two.total),
      unit: 'steps',
      against: null,
      ratio: null,
    },
    {
      name: 'machine.block100.hashes32',
      value: round(two.time),
      unit: 's',
      against: `${round(one.time)} interpreter, one thread`,
      ratio: round(one.time / two.time),
    },
  ]
}

function findBlock(): { elf: string; input: string } | undefined {
  const pattern = join(homedir(), '.cache/ambrosia/guest/block-*/inputs/transfers-100.input')
  return globSync(pattern)
    .map((input) => ({ input, elf: join(dirname(dirname(input)), 'block.elf') }))
    .filter(({ elf }) => existsSync(elf))
    .sort((a, b) => statSync(b.input).mtimeMs - statSync(a.input).mtimeMs)[0]
}

function best(measure: () => number): number {
  return Math.min(...Array.from({ length: RUNS }, measure))
}

function seconds(work: () => void): number {
  const start = processorSeconds()
  work()
  return processorSeconds() - start
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
