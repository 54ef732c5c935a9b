import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { codeRange, forEachInstruction, type Program } from '../Program.ts'
import { interpreterWasm } from './interpreter.generated.ts'
import { isJump, kernelOf } from './kernelOf.ts'
import { CELLS, MEMORY_AT, PAGE_SIZE, REGISTERS_AT } from './memoryMap.ts'
import { fillPage, freePage, type KeptPage } from './spill.ts'

const WASM_PAGE = 65536
const RECORD_SIZE = 16
/** Writes to x0 go to a cell behind the registers that is not part of the state. */
const SCRATCH = 32

/**
 * Machine memory mapped one to one, largest first; the rest of the 2^34 bytes lives in pages taken
 * on demand.
 */
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
    poolEnd: bigint,
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
  /**
   * Pages that are not in the pool, by number (spill.ts), and the page of the pool that is next to
   * give way.
   */
  readonly kept: Map<number, KeptPage>
  hand: number
}

let compiled: WebAssembly.Module | undefined

/**
 * Jumps to a target before it counts as hot. About where translating costs as much as interpreting
 * on.
 */
const HOT_COUNT = 1024

export type EngineOptions = {
  directSizes?: readonly number[] | undefined
  /** At most 65534: the counter of a translated target is 65535. */
  hotCount?: number | undefined
  /**
   * Pages of the pool before pages are kept outside; as many as there is room for when left out.
   */
  poolPages?: number | undefined
}

/** Starts an interpreter for a program's code. Memory is all zero. @throws Machine.HostMemory */
export function createEngine(program: Program, options: EngineOptions = {}): Engine {
  const { directSizes = DIRECT_SIZES, hotCount = HOT_COUNT, poolPages = 2 ** 20 } = options
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
  const env = {
    memory,
    freePage: () => freePage(engine),
    fillPage: (page: number, host: number) => fillPage(engine, page, host >>> 0),
  }
  const instance = new WebAssembly.Instance(compiled, { env })
  const exports = instance.exports as unknown as Exports
  const poolEnd = BigInt(Math.min(2 ** 32 - MEMORY_AT, poolAt + (poolPages + 1) * PAGE_SIZE))
  exports.configure(BigInt(directSize), codeAt, codeBase, codeSpan, poolAt, poolEnd, hotCount)
  const engine: Engine = {
    exports,
    memory,
    directSize,
    hotCount,
    codeAt,
    codeBase,
    codeSpan,
    mapAt: codeAt + recordsSize,
    poolAt,
    kept: new Map(),
    hand: 0,
  }
  writeRecords(engine, program)
  return engine
}

function allocate(
  sizes: readonly number[],
  codeSize: number,
): { memory: WebAssembly.Memory; directSize: number } {
  for (const directSize of sizes) {
    const total = MEMORY_AT + directSize + roundUp(codeSize, PAGE_SIZE) + 2 * PAGE_SIZE + WASM_PAGE
    try {
      const memory = new WebAssembly.Memory({
        initial: Math.ceil(total / WASM_PAGE),
        maximum: 65536,
      })
      return { memory, directSize }
    } catch (error) {
      // A host with little address space: the same machine with a smaller part of it mapped
      // directly.
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

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}

export class HostMemoryError extends AmbrosiaError {
  constructor(cause?: unknown) {
    super('Machine.HostMemory', 'this computer grants no memory to run a program in', {
      hint: 'Close other programs; a machine begins with 80 MiB beside the size of its code.',
      cause,
    })
  }
}
