import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { PROGRAM_LIMIT } from '../Layout.ts'
import { codeRange, forEachInstruction, type Program } from '../Program.ts'
import { interpreterWasm } from './interpreter.generated.ts'
import { isJump, kernelOf } from './kernelOf.ts'

// The memory map of assembly/interpreter.ts.
export const REGISTERS_AT = 1024
/** Cells of eight bytes that the interpreter and translated code share: the steps left to take, the reservation. */
export const CELLS = { fuel: 2048, reservation: 2056 } as const
/** Room for lists of line numbers, behind the owners of the pool's pages. */
const LIST_AT = 53 << 20
const LIST_ROOM = 2 ** 20
const PAGES_AT = 1 << 20
export const DIRTY_AT = 17 << 20
export const MEMORY_AT = 64 << 20
const PAGE_SIZE = 4096
const LINE_SHIFT = 7
const WASM_PAGE = 65536
const RECORD_SIZE = 16
/** Writes to x0 go to a cell behind the registers that is no part of the state. */
const SCRATCH = 32

/** Machine memory mapped one to one, largest first; the rest of the 2^34 bytes lives in pages taken on demand. */
const DIRECT_SIZES = [2 ** 31 + 2 ** 28, 2 ** 30, 2 ** 28, 2 ** 24]

type Exports = {
  getPc(): number
  setPc(value: number): void
  getSteps(): bigint
  setSteps(value: bigint): void
  getStatus(): number
  setStatus(value: number): void
  getPoolNext(): bigint
  configure(
    direct: bigint,
    code: number,
    base: number,
    span: number,
    pool: number,
    hot: number,
  ): void
  pageForStore(page: number): number
  collectLines(
    from: number,
    end: number,
    poolAt: number,
    out: number,
    room: number,
    all: boolean,
  ): number
  getCursor(): number
  run(limit: bigint): number
  runProfile(limit: bigint): number
}

/** The interpreter with its linear memory, loaded with one program's code. */
export type Engine = {
  readonly exports: Exports
  readonly memory: WebAssembly.Memory
  readonly directSize: number
  readonly hotCount: number
  /** Where the record of the first slot lies, the pc of that slot, and the bytes of pc covered. */
  readonly codeAt: number
  readonly codeBase: number
  readonly codeSpan: number
  /** One u32 for each slot: where translated code for it is (translator.ts). */
  readonly mapAt: number
  /** Host address (offset from MEMORY_AT) of the first page of the pool, the zero page. */
  readonly poolAt: number
}

let compiled: WebAssembly.Module | undefined

/** Jumps to a target before it counts as hot. About where translating costs as much as interpreting on. */
const HOT_COUNT = 1024

export type EngineOptions = {
  directSizes?: readonly number[] | undefined
  /** At most 65534: the counter of a translated target is 65535. */
  hotCount?: number | undefined
}

/** Starts an interpreter for a program's code. Memory is all zero. @throws Machine.HostMemory */
export function createEngine(program: Program, options: EngineOptions = {}): Engine {
  const { directSizes = DIRECT_SIZES, hotCount = HOT_COUNT } = options
  const range = codeRange(program.code)
  const codeBase = range.start - (range.start % 2)
  // Two illegal slots behind the last, where execution that falls through ends.
  const codeSpan = range.end - codeBase + (range.end % 2) + 4
  const recordsSize = (codeSpan / 2) * RECORD_SIZE
  const codeSize = recordsSize + (codeSpan / 2) * 4
  const { memory, directSize } = allocate(directSizes, codeSize)
  const codeAt = MEMORY_AT + directSize
  const poolAt = directSize + roundUp(codeSize, PAGE_SIZE)
  compiled ??= new WebAssembly.Module(Buffer.from(interpreterWasm, 'base64'))
  const instance = new WebAssembly.Instance(compiled, { env: { memory } })
  const exports = instance.exports as unknown as Exports
  exports.configure(BigInt(directSize), codeAt, codeBase, codeSpan, poolAt, hotCount)
  const engine = {
    exports,
    memory,
    directSize,
    hotCount,
    codeAt,
    codeBase,
    codeSpan,
    mapAt: codeAt + recordsSize,
    poolAt,
  }
  writeRecords(engine, program)
  return engine
}

function allocate(
  sizes: readonly number[],
  codeSize: number,
): { memory: WebAssembly.Memory; directSize: number } {
  for (const directSize of sizes) {
    const total = MEMORY_AT + directSize + roundUp(codeSize, PAGE_SIZE) + 2 * PAGE_SIZE
    try {
      const memory = new WebAssembly.Memory({
        initial: Math.ceil(total / WASM_PAGE),
        maximum: 65536,
      })
      return { memory, directSize }
    } catch (error) {
      // A host with little address space: the same machine with a smaller part of it mapped directly.
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw new HostMemoryError()
}

function writeRecords(engine: Engine, program: Program): void {
  const { codeAt, codeBase, codeSpan, memory } = engine
  const bytes = new Uint8Array(memory.buffer, codeAt, (codeSpan / 2) * RECORD_SIZE)
  const words = new Int32Array(memory.buffer, codeAt, bytes.length / 4)
  forEachInstruction(program, (pc, instruction) => {
    const at = ((pc - codeBase) / 2) * RECORD_SIZE
    const near = instruction.imm - codeBase
    const plain = kernelOf(instruction, false)
    const isFar = isJump(plain) && !(near >= 0 && near < codeSpan)
    const isNear = isJump(plain) && !isFar
    bytes[at] = isFar ? kernelOf(instruction, true) : plain
    bytes[at + 1] =
      writesRegister(instruction.operation) && instruction.rd > 0 ? instruction.rd : SCRATCH
    bytes[at + 2] = instruction.rs1
    bytes[at + 3] = instruction.rs2
    const imm = isNear ? codeAt + (near / 2) * RECORD_SIZE : instruction.imm
    words[at / 4 + 1] = instruction.size * (RECORD_SIZE / 2)
    words[at / 4 + 2] = imm
    words[at / 4 + 3] = Math.floor(imm / 2 ** 32)
  })
}

function writesRegister(operation: string): boolean {
  return !/^(B(EQ|NE|LTU?|GEU?)|S[BHWD]|ECALL|ILLEGAL)$/.test(operation)
}

/** Offset in linear memory of a machine address, or -1 where nothing was ever stored. */
function hostOffset(engine: Engine, address: number): number {
  if (address < engine.directSize) return MEMORY_AT + address
  const page = Math.floor(address / PAGE_SIZE)
  const host = new DataView(engine.memory.buffer).getUint32(PAGES_AT + page * 4, true)
  return host === 0 ? -1 : MEMORY_AT + host + (address % PAGE_SIZE)
}

/** The same for storing: takes a page where there is none. @throws Machine.HostMemory */
function hostOffsetForStore(engine: Engine, address: number): number {
  if (address < engine.directSize) return MEMORY_AT + address
  try {
    const host = engine.exports.pageForStore(Math.floor(address / PAGE_SIZE)) >>> 0
    return MEMORY_AT + host + (address % PAGE_SIZE)
  } catch (cause) {
    throw new HostMemoryError(cause)
  }
}

/** Copies bytes out of machine memory. */
export function readMemory(engine: Engine, address: number, size: number): Uint8Array {
  const out = new Uint8Array(size)
  forEachPiece(engine, address, size, (at, length, done) => {
    const host = hostOffset(engine, at)
    if (host >= 0) out.set(new Uint8Array(engine.memory.buffer, host, length), done)
  })
  return out
}

/** Copies lines of 128 bytes, given by number, one behind the other into `target`. */
export function readLines(engine: Engine, lines: Uint32Array, target: Uint8Array): void {
  const memory = new Uint8Array(engine.memory.buffer)
  const pages = new DataView(memory.buffer, PAGES_AT)
  const directLines = engine.directSize / 2 ** LINE_SHIFT
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as number
    let at = MEMORY_AT + line * 2 ** LINE_SHIFT
    if (line >= directLines) {
      // Line numbers come from the engine's own lists, so each lies in a page that exists.
      at = MEMORY_AT + pages.getUint32((line >>> 5) * 4, true) + (line & 31) * 2 ** LINE_SHIFT
    }
    target.set(memory.subarray(at, at + 2 ** LINE_SHIFT), i * 2 ** LINE_SHIFT)
  }
}

/** The reserved address plus one, or 0. */
export function reservation(engine: Engine): bigint {
  return new BigUint64Array(engine.memory.buffer, CELLS.reservation, 1)[0] as bigint
}

export function setReservation(engine: Engine, value: bigint): void {
  new BigUint64Array(engine.memory.buffer, CELLS.reservation, 1)[0] = value
}

/** x0 to x31. */
export function registerView(engine: Engine): BigUint64Array {
  return new BigUint64Array(engine.memory.buffer, REGISTERS_AT, 32)
}

/** Copies bytes into machine memory and marks their lines dirty. @throws Machine.HostMemory */
export function writeMemory(engine: Engine, address: number, data: Uint8Array): void {
  forEachPiece(engine, address, data.length, (at, length, done) => {
    const host = hostOffsetForStore(engine, at)
    const { buffer } = engine.memory
    new Uint8Array(buffer, host, length).set(data.subarray(done, done + length))
    const first = (host - MEMORY_AT) >>> LINE_SHIFT
    const last = (host - MEMORY_AT + length - 1) >>> LINE_SHIFT
    new Uint8Array(buffer, DIRTY_AT + first, last - first + 1).fill(1)
  })
}

/** Cuts a range where it leaves the directly mapped part, and at every page behind it. */
function forEachPiece(
  engine: Engine,
  address: number,
  size: number,
  visit: (address: number, length: number, done: number) => void,
): void {
  let done = 0
  while (done < size) {
    const at = address + done
    const end = at < engine.directSize ? engine.directSize : at - (at % PAGE_SIZE) + PAGE_SIZE
    const length = Math.min(size - done, end - at)
    visit(at, length, done)
    done += length
  }
}

/** The numbers of the lines stored since the last call, ascending; they count as clean from now on. */
export function takeDirtyLines(engine: Engine): Uint32Array {
  return collect(engine, false)
}

/** The numbers of all lines ever stored, ascending. */
export function touchedLines(engine: Engine): Uint32Array {
  return collect(engine, true)
}

/** Makes lines that were stored before count as stored since the last hash. */
export function markLines(engine: Engine, lines: Uint32Array): void {
  const dirty = new Uint8Array(engine.memory.buffer, DIRTY_AT)
  for (const line of lines) {
    const host = hostOffset(engine, line * 2 ** LINE_SHIFT)
    if (host >= 0) dirty[(host - MEMORY_AT) / 2 ** LINE_SHIFT] = 1
  }
}

function collect(engine: Engine, all: boolean): Uint32Array {
  const { exports, directSize, poolAt } = engine
  const direct = collectRange(engine, 0, directSize >>> LINE_SHIFT, all)
  const poolEnd = Number(exports.getPoolNext()) / 2 ** LINE_SHIFT
  const pool = collectRange(engine, poolAt / 2 ** LINE_SHIFT, poolEnd, all)
  if (pool.length === 0) return direct
  const lines = new Uint32Array(direct.length + pool.length)
  lines.set(direct)
  lines.set(pool.sort(), direct.length)
  return lines
}

function collectRange(engine: Engine, from: number, end: number, all: boolean): Uint32Array {
  const { exports, memory, poolAt } = engine
  const parts: Uint32Array[] = []
  let at = from
  while (at < end) {
    const count = exports.collectLines(at, end, poolAt, LIST_AT, LIST_ROOM, all)
    parts.push(new Uint32Array(memory.buffer, LIST_AT, count).slice())
    at = exports.getCursor() >>> 0
  }
  if (parts.length === 1) return parts[0] as Uint32Array
  const lines = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let done = 0
  for (const part of parts) {
    lines.set(part, done)
    done += part.length
  }
  return lines
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}

export class HostMemoryError extends AmbrosiaError {
  constructor(cause?: unknown) {
    super('Machine.HostMemory', 'this computer cannot hold what the program stores', {
      hint: `A program may touch all of 2^34 bytes; this build holds about ${(4 * 2 ** 30 - MEMORY_AT - PROGRAM_LIMIT) / 2 ** 30} GiB outside the first 2 GiB.`,
      cause,
    })
  }
}
