import type { Program } from '../Program.ts'
import type { Engine } from './engine.ts'
import { CELLS } from './memoryMap.ts'
import { BLOCK_SIZE_LIMIT, findRegion, type Region } from './region.ts'
import { BLOCK_BITS, translateRegion } from './translate.ts'
import {
  byte,
  bytes,
  createWriter,
  name,
  OP,
  section,
  signed,
  TYPE,
  toBytes,
  unsigned,
  type Writer,
} from './wasmWriter.ts'

/**
 * Translates what runs often to WebAssembly: docs/spec/machine.md, section 11. Jump targets are
 * counted by the interpreter; a target that becomes hot is translated with what is reached from it.
 * All functions share one table, and a map from pc to (function, block) that the dispatcher follows
 * without returning to the host.
 */
export type Translator = {
  readonly program: Program
  readonly engine: Engine
  readonly table: WebAssembly.Table
  /**
   * Runs translated code from a pc;
   * @returns the pc to go on at, lowest bit set where the interpreter must take a step.
   */
  readonly dispatch: (pc: number) => number
  /** Hot targets not translated yet, and how often they became hot again since. */
  readonly waiting: Map<number, number>
  /** Functions and modules so far. */
  count: number
  modules: number
}

/** Hot targets translated at once, unless one of them becomes hot again and again first. */
const BATCH = 24
/** What translated code leads to counts for this share of the hot count. */
const EXIT_SHARE = 16
const WARM_SHARE = 64
/**
 * A module costs about a millisecond beside its code, so the more there are, the longer a hot
 * target waits for company.
 */
const MODULES_PER_WAIT = 16
const TABLE_STEP = 256
const LAST_STEPS = BigInt(BLOCK_SIZE_LIMIT)
/** The counter of a target that has translated code. */
const TRANSLATED = 65535

export function createTranslator(program: Program, engine: Engine): Translator {
  const table = new WebAssembly.Table({ initial: TABLE_STEP, element: 'anyfunc' })
  const module = new WebAssembly.Module(dispatcher(engine))
  const instance = new WebAssembly.Instance(module, { e: { m: engine.memory, t: table } })
  const dispatch = instance.exports['dispatch'] as (pc: number) => number
  return { program, engine, table, dispatch, waiting: new Map(), count: 0, modules: 0 }
}

/** Takes steps until there are `limit` in all, or the machine stops. */
export function runTranslated(translator: Translator, limit: bigint): void {
  const { engine, dispatch } = translator
  const { exports, memory } = engine
  const fuel = new BigInt64Array(memory.buffer, CELLS.fuel, 1)
  // A growing pool detaches views, so the cell is looked up again after each stretch of
  // interpretation.
  let cell = fuel
  while (exports.getStatus() === 0) {
    const steps = exports.getSteps()
    if (steps >= limit) return
    if (cell.buffer !== memory.buffer) cell = new BigInt64Array(memory.buffer, CELLS.fuel, 1)
    cell[0] = limit - steps
    const next = dispatch(exports.getPc()) >>> 0
    const taken = limit - (cell[0] as bigint)
    exports.setSteps(taken)
    exports.setPc(next & ~1)
    if (taken >= limit) return
    if ((next & 1) === 1) {
      // Fewer steps left than a block may have: this is where the run ends, not a place worth
      // counting.
      exports.run(limit - taken <= LAST_STEPS ? limit : taken + 1n)
      continue
    }
    if (countExit(translator, next)) continue
    exports.runProfile(limit)
    if (exports.getStatus() === 0 && exports.getSteps() < limit) noteHot(translator)
  }
}

/**
 * What translated code leads to is as hot as that code, so it counts for more than one interpreted
 * jump.
 * @returns whether there is code for it now
 */
function countExit(translator: Translator, pc: number): boolean {
  const { engine } = translator
  if (pc - engine.codeBase >= engine.codeSpan || pc < engine.codeBase) return false
  const counter = counterAt(engine, pc)
  const { hotCount } = engine
  const count = counter.getUint16(0, true) + Math.ceil(hotCount / EXIT_SHARE)
  counter.setUint16(0, Math.min(hotCount, count), true)
  noteHot(translator)
  return isTranslated(engine, pc)
}

/**
 * Translates the machine's pc, with others that wait, when it is hot for the second time or enough
 * are waiting.
 */
function noteHot(translator: Translator): void {
  const { engine, waiting } = translator
  const pc = engine.exports.getPc() >>> 0
  const counter = counterAt(engine, pc)
  if (counter.getUint16(0, true) !== engine.hotCount) return
  // A translation waits for others, or for this target to become hot again.
  counter.setUint16(0, engine.hotCount >> 1, true)
  const times = waiting.get(pc) ?? 0
  waiting.set(pc, times + 1)
  const patience = 1 + Math.floor(translator.modules / MODULES_PER_WAIT)
  if (times >= patience || waiting.size >= BATCH) translateWaiting(translator)
}

function counterAt({ memory, codeAt, codeBase }: Engine, pc: number): DataView {
  return new DataView(memory.buffer, codeAt + (pc - codeBase) * 8 + 6, 2)
}

/** Translates from a pc at once. For tests: what runs, runs translated from the first step. */
export function translateFrom(translator: Translator, pc: number): void {
  translator.waiting.set(pc, 0)
  translateWaiting(translator)
}

function translateWaiting(translator: Translator): void {
  const { program, engine, waiting } = translator
  const regions: Region[] = []
  const known = new Set<number>()
  for (const pc of waiting.keys()) {
    if (known.has(pc) || isTranslated(engine, pc)) continue
    const isWanted = (target: number) =>
      !known.has(target) && !isTranslated(engine, target) && isWarm(engine, target)
    const region = findRegion(program, pc, isWanted)
    regions.push(region)
    for (const block of region.blocks) known.add(block.pc)
  }
  waiting.clear()
  if (regions.length > 0) install(translator, regions)
}

/** Blocks that rarely ran while others became hot stay with the interpreter. */
function isWarm(engine: Engine, pc: number): boolean {
  if (pc < engine.codeBase || pc - engine.codeBase >= engine.codeSpan) return false
  return counterAt(engine, pc).getUint16(0, true) >= engine.hotCount / WARM_SHARE
}

function isTranslated({ memory, mapAt, codeBase, codeSpan }: Engine, pc: number): boolean {
  if (pc < codeBase || pc - codeBase >= codeSpan) return false
  return new DataView(memory.buffer).getUint32(mapAt + (pc - codeBase) * 2, true) !== 0
}

function install(translator: Translator, regions: readonly Region[]): void {
  const { engine, table } = translator
  const module = new WebAssembly.Module(moduleOf(regions, engine, translator.count))
  const instance = new WebAssembly.Instance(module, { e: { m: engine.memory } })
  const first = translator.count
  translator.modules++
  translator.count += regions.length
  while (table.length < translator.count) table.grow(Math.max(TABLE_STEP, table.length))
  const view = new DataView(engine.memory.buffer)
  regions.forEach((region, index) => {
    const place = first + index
    table.set(place, instance.exports[`f${index}`] as WebAssembly.ExportValue)
    region.blocks.forEach((block, at) => {
      const slot = block.pc - engine.codeBase
      if (slot < 0 || slot >= engine.codeSpan || isTranslated(engine, block.pc)) return
      view.setUint32(engine.mapAt + slot * 2, place * 2 ** BLOCK_BITS + at + 1, true)
      view.setUint16(engine.codeAt + slot * 8 + 6, TRANSLATED, true)
    })
  })
}

function moduleOf(
  regions: readonly Region[],
  engine: Engine,
  first: number,
): Uint8Array<ArrayBuffer> {
  const out = createModule()
  section(out, 1, (inner) => {
    unsigned(inner, 1)
    writeType(inner)
  })
  section(out, 2, (inner) => {
    unsigned(inner, 1)
    importMemory(inner)
  })
  section(out, 3, (inner) => {
    unsigned(inner, regions.length)
    for (let i = 0; i < regions.length; i++) unsigned(inner, 0)
  })
  section(out, 7, (inner) => {
    unsigned(inner, regions.length)
    for (let i = 0; i < regions.length; i++) {
      name(inner, `f${i}`)
      byte(inner, 0)
      unsigned(inner, i)
    }
  })
  section(out, 10, (inner) => {
    unsigned(inner, regions.length)
    for (const [index, region] of regions.entries()) {
      const body = translateRegion(region, { ...engine, index: first + index })
      unsigned(inner, body.length)
      bytes(inner, body)
    }
  })
  return toBytes(out)
}

/**
 * (pc) -> pc: follows the map from function to function while there is an entry and the interpreter
 * is not asked for.
 */
function dispatcher({ codeBase, codeSpan, mapAt }: Engine): Uint8Array<ArrayBuffer> {
  const out = createModule()
  section(out, 1, (inner) => {
    unsigned(inner, 1)
    writeType(inner)
  })
  section(out, 2, (inner) => {
    unsigned(inner, 2)
    importMemory(inner)
    name(inner, 'e')
    name(inner, 't')
    byte(inner, 1)
    byte(inner, TYPE.funcref)
    byte(inner, 0)
    unsigned(inner, 1)
  })
  section(out, 3, (inner) => {
    unsigned(inner, 1)
    unsigned(inner, 0)
  })
  section(out, 7, (inner) => {
    unsigned(inner, 1)
    name(inner, 'dispatch')
    byte(inner, 0)
    unsigned(inner, 0)
  })
  section(out, 10, (inner) => {
    unsigned(inner, 1)
    const body = createWriter()
    writeDispatchBody(body, codeBase, codeSpan, mapAt)
    unsigned(inner, body.size)
    bytes(inner, toBytes(body))
  })
  return toBytes(out)
}

function writeDispatchBody(out: Writer, codeBase: number, codeSpan: number, mapAt: number): void {
  const [pc, entry] = [0, 1]
  const op = (...values: number[]) => {
    for (const value of values) byte(out, value)
  }
  const constant = (value: number) => {
    byte(out, OP.i32Const)
    signed(out, value | 0)
  }
  const leaveIf = () => op(OP.if, TYPE.empty, OP.localGet, pc, OP.return, OP.end)
  op(1, 1, TYPE.i32)
  op(OP.loop, TYPE.empty)
  op(OP.localGet, pc)
  constant(codeBase)
  op(OP.i32Sub, OP.localTee, entry)
  constant(codeSpan)
  op(OP.i32GeU)
  leaveIf()
  op(OP.localGet, entry)
  constant(1)
  op(OP.i32Shl)
  op(OP.i32Load, 2)
  unsigned(out, mapAt)
  op(OP.localTee, entry, OP.i32Eqz)
  leaveIf()
  op(OP.localGet, entry)
  constant(1)
  op(OP.i32Sub, OP.localTee, entry)
  constant(2 ** BLOCK_BITS - 1)
  op(OP.i32And, OP.localGet, entry)
  constant(BLOCK_BITS)
  op(OP.i32ShrU, OP.callIndirect, 0, 0)
  op(OP.localTee, pc)
  constant(1)
  op(OP.i32And, OP.i32Eqz, OP.brIf, 0, OP.end)
  op(OP.localGet, pc, OP.end)
}

function createModule(): Writer {
  const out = createWriter(65536)
  for (const value of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) byte(out, value)
  return out
}

/** (i32) -> i32 */
function writeType(out: Writer): void {
  for (const value of [TYPE.function, 1, TYPE.i32, 1, TYPE.i32]) byte(out, value)
}

function importMemory(out: Writer): void {
  name(out, 'e')
  name(out, 'm')
  byte(out, 2)
  byte(out, 0)
  unsigned(out, 1)
}
