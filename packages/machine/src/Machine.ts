// A machine that runs one program on one input: docs/spec/machine.md, sections 2, 5 and 9.

import * as Commitment from './Commitment.ts'
import type * as Final from './Final.ts'
import type * as Genesis from './Genesis.ts'
import type { HashPool } from './HashPool.ts'
import {
  createEngine,
  type Engine,
  registerView,
  reservation,
  setReservation,
} from './internal/engine.ts'
import {
  changeLine,
  markLines,
  readLines,
  readMemory,
  takeDirtyLines,
  touchedLines,
  writeMemory,
  ZERO_LINE,
} from './internal/engineMemory.ts'
import { AddressError, InputError, OutputLengthError, StepError } from './internal/errors.ts'
import { pause } from './internal/hashBatches.ts'
import { type LineTree, rootOf, siblingsOf } from './internal/lineTree.ts'
import { createTranslator, runTranslated, type Translator } from './internal/translator.ts'
import { type Change, updateTree } from './internal/treeUpdate.ts'
import {
  ADDRESS_LIMIT,
  INPUT_SIZE_LIMIT,
  LINE_SIZE,
  OUTPUT_ADDRESS,
  OUTPUT_SIZE_LIMIT,
  SALT_SIZE,
} from './Layout.ts'
import { type Path, toChunks } from './Path.ts'
import { instructionAt, leavesAround, type Program } from './Program.ts'
import * as State from './State.ts'
import { chunkAddress, type Witness } from './Step.ts'

export { AddressError, InputError, OutputLengthError, StepError } from './internal/errors.ts'

export type Status = 'running' | 'halted' | 'faulted'

export type Options = {
  /** The program's input; empty when left out. */
  input?: Uint8Array
  /**
   * 32 bytes in line 0, which hide every state of the run. Zero when left out: the states of a
   * public run.
   */
  salt?: Uint8Array
  /**
   * 32 bytes in the last line of the input region, which hide the input root. Zero when left out.
   */
  inputSalt?: Uint8Array
  /**
   * How steps are taken: `translator` (the default) turns what runs often into WebAssembly,
   * `interpreter` never does.
   */
  engine?: 'interpreter' | 'translator'
  /** Threads to hash on; the caller's own, with breaks, when left out. */
  hashPool?: HashPool
  /** Where the trees of programs are kept between runs; nowhere when left out. */
  cache?: Commitment.TreeCache
  /**
   * Machine memory mapped one to one, bytes, the first size that this computer grants. For tests of
   * the paged part.
   */
  directSizes?: readonly number[]
  /**
   * Pages of 4 KiB beyond that before some are kept outside of the engine. For tests, which want
   * that early.
   */
  poolPages?: number
  /** Jumps to a place before it is translated. For tests, which want that early. */
  hotCount?: number
}

/** How long work is done: it can be watched, and ended before it is done. */
export type Work = {
  /** Ends the work before it is done; the machine then stands where it had come to. */
  signal?: AbortSignal | undefined
  /** Told now and then how far it is: steps taken of those to take, hashes done of those to do. */
  progress?: ((what: 'steps' | 'hashes', done: number, total: number) => void) | undefined
}

/**
 * A program at some step of its run. Functions of this module change it; none may run while another
 * is awaited.
 */
export type Machine = {
  readonly program: Program
  readonly options: Options
  readonly engine: Engine
  readonly translator: Translator | undefined
  /** Made by the first hash. */
  memoryTree: LineTree | undefined
}

/** Everything of a state but its memory. */
export type Control = {
  pc: number
  registers: bigint[]
  reservation: bigint
  status: number
  steps: bigint
}

const STATUSES = ['running', 'halted', 'faulted'] as const
/**
 * Steps between two returns to the host: short at first, so that the engine's optimised code is
 * taken up early.
 */
const FIRST_SLICE = 1n << 16n
const LAST_SLICE = 1n << 26n
/** The same where others wait for the thread: some tens of milliseconds. */
const SHORT_SLICE = 1n << 24n

/** A machine in its first state. @throws Machine.Input, Machine.HostMemory */
export function create(program: Program, options: Options = {}): Machine {
  const { input = new Uint8Array(0), salt, inputSalt } = options
  if (input.length > INPUT_SIZE_LIMIT) {
    throw new InputError(`is longer than ${INPUT_SIZE_LIMIT} bytes`)
  }
  for (const value of [salt, inputSalt]) {
    if (value !== undefined && value.length !== SALT_SIZE) {
      throw new InputError('has a salt that is not 32 bytes')
    }
  }
  const engine = createEngine(program, options)
  const translator =
    options.engine === 'interpreter' ? undefined : createTranslator(program, engine)
  const machine: Machine = { program, options, engine, translator, memoryTree: undefined }
  reset(machine)
  return machine
}

/** Returns to the first state. */
export function reset(machine: Machine): void {
  const { program, options, engine } = machine
  const { input = new Uint8Array(0), salt, inputSalt } = options
  const parts = [...program.image, ...Commitment.inputParts(input, inputSalt)]
  if (salt !== undefined) parts.push({ address: 0, data: salt })
  for (const line of touchedLines(engine)) changeLine(engine, line, ZERO_LINE)
  for (const { address, data } of parts) writeMemory(engine, address, data)
  setControl(machine, {
    pc: program.entry,
    registers: Commitment.initialRegisters(),
    reservation: 0n,
    status: 0,
    steps: 0n,
  })
}

/** Steps taken so far; a halting or faulting step counts, staying in that state does not. */
export function steps(machine: Machine): bigint {
  return machine.engine.exports.getSteps()
}

export function status(machine: Machine): Status {
  return STATUSES[machine.engine.exports.getStatus()] as Status
}

/** a0, which a halted program leaves as its answer to the host. */
export function exitValue(machine: Machine): bigint {
  return registers(machine)[10] as bigint
}

export function pc(machine: Machine): number {
  return machine.engine.exports.getPc() >>> 0
}

/** x0 to x31, unsigned. */
export function registers(machine: Machine): bigint[] {
  return Array.from(registerView(machine.engine))
}

/** Runs on until the machine stops or has taken `maxSteps` steps in all. */
export function run(machine: Machine, maxSteps: bigint = 2n ** 63n): Status {
  let slice = FIRST_SLICE
  while (isBefore(machine, maxSteps)) {
    runSlice(machine, slice, maxSteps)
    if (slice < LAST_SLICE) slice *= 2n
  }
  return status(machine)
}

/** As {@link run}, with breaks in which the thread does other work. @throws what the signal says */
export async function advance(
  machine: Machine,
  maxSteps: bigint,
  work: Work = {},
): Promise<Status> {
  const total = Number(maxSteps - steps(machine))
  let slice = FIRST_SLICE
  while (isBefore(machine, maxSteps)) {
    work.signal?.throwIfAborted()
    runSlice(machine, slice, maxSteps)
    work.progress?.('steps', total - Number(maxSteps - steps(machine)), total)
    if (slice < SHORT_SLICE) slice *= 2n
    else await pause()
  }
  return status(machine)
}

function isBefore({ engine }: Machine, maxSteps: bigint): boolean {
  return engine.exports.getStatus() === 0 && engine.exports.getSteps() < maxSteps
}

function runSlice({ engine, translator }: Machine, slice: bigint, maxSteps: bigint): void {
  const end = engine.exports.getSteps() + slice
  const limit = end < maxSteps ? end : maxSteps
  if (translator === undefined) engine.exports.run(limit)
  else runTranslated(translator, limit)
}

/**
 * Goes to the state after `n` steps, from the start where it lies behind; a stopped machine stays
 * as it is for ever.
 */
export function stepTo(machine: Machine, n: bigint): void {
  if (n < 0n) throw new StepError(n)
  if (n < steps(machine)) reset(machine)
  run(machine, n)
}

/**
 * The state, its memory brought up to date in the tree.
 * @throws what the signal says, or HashPool.*
 */
export async function state(machine: Machine, work: Work = {}): Promise<State.State> {
  await hashMemory(machine, work)
  return {
    pc: pc(machine),
    registers: registers(machine),
    memoryRoot: rootOf(machine.memoryTree as LineTree),
    reservation: reservation(machine.engine),
    status: machine.engine.exports.getStatus(),
  }
}

/** Brings the tree up to date with memory. @returns what changed in it */
export async function hashMemory(machine: Machine, work: Work = {}): Promise<Change> {
  const { program, options, engine } = machine
  const hashing = hashOptions(machine, work)
  machine.memoryTree ??= await Commitment.imageMemory(program, hashing)
  const lines = takeDirtyLines(engine)
  const read = (from: number, to: number, target: Uint8Array) => {
    readLines(engine, lines.subarray(from, to), target)
  }
  try {
    const { signal, progress } = hashing
    return await updateTree(machine.memoryTree, lines, read, {
      pool: options.hashPool,
      signal,
      progress,
    })
  } catch (error) {
    // The tree is as before, so what was to be hashed still is.
    markLines(engine, lines)
    throw error
  }
}

function hashOptions({ options }: Machine, { signal, progress }: Work): Commitment.HashOptions {
  return {
    hashPool: options.hashPool,
    cache: options.cache,
    signal,
    progress: (done, total) => progress?.('hashes', done, total),
  }
}

/** The hash of the state. */
export async function stateHash(machine: Machine, work: Work = {}): Promise<bigint> {
  return State.hash(await state(machine, work))
}

/**
 * The hashes of the states after each of these numbers of steps, which ascend.
 * @throws Machine.Step
 */
export async function stateHashes(machine: Machine, points: readonly bigint[]): Promise<bigint[]> {
  const hashes: bigint[] = []
  let before = 0n
  for (const point of points) {
    if (point < before) throw new StepError(point)
    before = point
    stepTo(machine, point)
    hashes.push(await stateHash(machine))
  }
  return hashes
}

/** Everything that the step from state n to n + 1 reads; the machine stays in state n. */
export async function witness(machine: Machine, n: bigint, work: Work = {}): Promise<Witness> {
  stepTo(machine, n)
  const before = await state(machine, work)
  const table = await Commitment.tableTree(machine.program, hashOptions(machine, work))
  const instruction = instructionAt(machine.program, before.pc)
  const path = siblingsOf(table, Math.floor((before.pc * 8) / LINE_SIZE))
  return {
    state: before,
    programRoot: rootOf(table),
    instruction,
    programPath: [leavesAround(machine.program, before.pc), ...path],
    memoryPath: pathTo(machine, chunkAddress(instruction, before.registers)),
  }
}

/**
 * What shows that this machine's first state is that of its program on its input; wherever the
 * machine is.
 */
export async function genesisWitness(machine: Machine, work: Work = {}): Promise<Genesis.Witness> {
  const { program, options } = machine
  const { input = new Uint8Array(0), salt = new Uint8Array(SALT_SIZE), inputSalt } = options
  const hashing = hashOptions(machine, work)
  const image = await Commitment.imageTree(program, hashing)
  return {
    program: await Commitment.fromProgram(program, hashing),
    salt,
    inputRoot: await Commitment.inputRoot(input, inputSalt, hashing),
    // The last list holds the root's children, of which the image is the first.
    imagePath: siblingsOf(image, 0).slice(0, -1),
  }
}

/** What shows the exit value and the answer of the state that the machine is in. */
export async function finalWitness(machine: Machine, work: Work = {}): Promise<Final.Witness> {
  return { state: await state(machine, work), outputPath: pathTo(machine, OUTPUT_ADDRESS) }
}

/**
 * The path to the chunk that holds an address, in the state that the machine is in: ten lists, the
 * first of them chunks.
 * @throws Machine.Address
 */
export async function memoryPath(machine: Machine, address: number): Promise<Path> {
  if (!Number.isSafeInteger(address) || address < 0 || address >= ADDRESS_LIMIT) {
    throw new AddressError()
  }
  await hashMemory(machine)
  return pathTo(machine, address)
}

function pathTo({ engine, memoryTree }: Machine, address: number): Path {
  const line = Math.floor(address / LINE_SIZE)
  const chunks = toChunks(readMemory(engine, line * LINE_SIZE, LINE_SIZE))
  return [chunks, ...siblingsOf(memoryTree as LineTree, line)]
}

/** Everything of the machine's state but its memory. */
export function control(machine: Machine): Control {
  return {
    pc: pc(machine),
    registers: registers(machine),
    reservation: reservation(machine.engine),
    status: machine.engine.exports.getStatus(),
    steps: steps(machine),
  }
}

export function setControl({ engine }: Machine, control: Control): void {
  registerView(engine).set(control.registers)
  engine.exports.setPc(control.pc)
  setReservation(engine, control.reservation)
  engine.exports.setStatus(control.status)
  engine.exports.setSteps(control.steps)
}

/** Bytes of memory. @throws Machine.Address */
export function read(machine: Machine, address: number, size: number): Uint8Array {
  const isInside = Number.isSafeInteger(address) && address >= 0 && address + size <= ADDRESS_LIMIT
  if (!isInside || !Number.isSafeInteger(size) || size < 0) throw new AddressError()
  return readMemory(machine.engine, address, size)
}

/** The 32 bytes of answer at the start of the output region. */
export function answer(machine: Machine): Uint8Array {
  return readMemory(machine.engine, OUTPUT_ADDRESS, 32)
}

/**
 * The bytes that the program put out.
 * @throws Machine.OutputLength where it wrote an impossible length
 */
export function output(machine: Machine): Uint8Array {
  const header = readMemory(machine.engine, OUTPUT_ADDRESS + 32, 8)
  const size = new DataView(header.buffer).getBigUint64(0, true)
  if (size > BigInt(OUTPUT_SIZE_LIMIT)) throw new OutputLengthError(size)
  return readMemory(machine.engine, OUTPUT_ADDRESS + 40, Number(size))
}
