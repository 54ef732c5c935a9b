import type { Instruction } from '../Instruction.ts'
import {
  access,
  branchTo,
  type Context,
  closeLabel,
  FIRST_REGISTER,
  getRegister,
  i32,
  i64,
  LOCAL,
  leave,
  leaveIf,
  local,
  openLabel,
  setRegister,
  TEMPS,
} from './emit.ts'
import { emitOperation } from './emitOperation.ts'
import { findLoops, type Item, itemsOf } from './loops.ts'
import { CELLS, REGISTERS_AT } from './memoryMap.ts'
import { type Block, isBranch, type Region } from './region.ts'
import { byte, createWriter, OP, TYPE, toBytes, unsigned, type Writer } from './wasmWriter.ts'

// A region becomes a function (block: i32) -> next: i32. Its blocks lie in order of pc, grouped
// into sequences of blocks and loops:
//
//   block $exit
//    loop $again                        ;; an indirect jump that stays in the region sets `block` and comes here
//     block item n-1 .. block item 0
//       br_table on `block`             ;; where to begin
//     end  code of item 0               ;; a forward jump leaves the nest at its target
//     end  code of item 1: loop         ;; a backward jump goes to the loop's start
//            the loop's own sequence, which begins at its first block unless `block` says otherwise
//          end
//     ...
//    end
//   end
//   write back the registers and the fuel, return `next`
//
// `next` is a pc to go on at; its lowest bit says that the interpreter must take the step there (an
// access outside the directly mapped memory, a fault, a halt, or fewer steps left than the block
// has).

/** Where a region's function will stand. */
export type Place = {
  /** Its number in the table of functions. */
  index: number
  directSize: number
  /** The map from pc to (function, block), of translator.ts. */
  codeBase: number
  codeSpan: number
  mapAt: number
}

/** A region's blocks while their code is written. */
type Layout = {
  blocks: readonly Block[]
  places: ReadonlyMap<number, number>
  /** Last block of the loop that begins at a block. */
  ends: ReadonlyMap<number, number>
  place: Place
}

/**
 * Bits of a map entry that hold the block; the function's number lies above, and an entry is one
 * more than that.
 */
export const BLOCK_BITS = 10
/** Place of the label $again. */
const AGAIN = 1

const COMPARISONS: Readonly<Record<string, number>> = {
  BEQ: OP.i64Eq,
  BNE: OP.i64Ne,
  BLT: OP.i64LtS,
  BGE: OP.i64GeS,
  BLTU: OP.i64LtU,
  BGEU: OP.i64GeU,
}

/** The code of a region's function, with its locals. */
export function translateRegion(region: Region, place: Place): Uint8Array {
  const { blocks } = region
  if (blocks.length >= 2 ** BLOCK_BITS) throw new RangeError('too many blocks for a map entry')
  const { locals, written } = findRegisters(blocks)
  const out = createWriter(16384)
  const places = new Map(blocks.map((block, index) => [block.pc, index]))
  const layout = { blocks, places, ends: findLoops(blocks, places), place }
  const context: Context = { out, locals, directSize: place.directSize, labels: [] }
  unsigned(out, 3)
  unsigned(out, 1)
  byte(out, TYPE.i64)
  unsigned(out, 1)
  byte(out, TYPE.i32)
  unsigned(out, TEMPS + locals.size)
  byte(out, TYPE.i64)
  loadCell(out, CELLS.fuel, LOCAL.fuel)
  for (const [register, target] of locals) loadCell(out, REGISTERS_AT + 8 * register, target)
  openLabel(context, OP.block, { kind: 'exit' })
  openLabel(context, OP.loop, { kind: 'again' })
  emitSequence(context, layout, 0, blocks.length - 1, undefined)
  closeLabel(context)
  closeLabel(context)
  for (const register of written) {
    storeCell(out, REGISTERS_AT + 8 * register, locals.get(register) as number)
  }
  storeCell(out, CELLS.fuel, LOCAL.fuel)
  local(out, OP.localGet, LOCAL.next)
  byte(out, OP.end)
  return toBytes(out)
}

function findRegisters(blocks: readonly Block[]): {
  locals: Map<number, number>
  written: Set<number>
} {
  const used = new Set<number>()
  const written = new Set<number>()
  for (const { rd, rs1, rs2 } of blocks.flatMap((block) => block.instructions)) {
    for (const register of [rd, rs1, rs2]) if (register !== 0) used.add(register)
    if (rd !== 0) written.add(rd)
  }
  const sorted = [...used].sort((a, b) => a - b)
  return { locals: new Map(sorted.map((register, i) => [register, FIRST_REGISTER + i])), written }
}

/**
 * The code of blocks `lo` to `hi`: all of the region, or the body of the loop that begins at `own`.
 */
function emitSequence(
  context: Context,
  layout: Layout,
  lo: number,
  hi: number,
  own: number | undefined,
): void {
  const { out } = context
  const items = itemsOf(lo, hi, layout.ends, own)
  for (const item of [...items].reverse()) {
    openLabel(context, OP.block, { kind: 'item', ...item })
  }
  if (own !== undefined) {
    local(out, OP.localGet, LOCAL.block)
    i32(out, own)
    byte(out, OP.i32Eq)
    byte(out, OP.brIf)
    unsigned(out, 0)
  }
  if (items.length > 1) {
    local(out, OP.localGet, LOCAL.block)
    i32(out, lo)
    byte(out, OP.i32Sub)
    byte(out, OP.brTable)
    // The last place is the default of the table; `block` is never beyond it.
    unsigned(out, hi - lo)
    items.forEach((item, index) => {
      for (let block = item.lo; block <= item.hi; block++) unsigned(out, index)
    })
  }
  for (const item of items) {
    closeLabel(context)
    emitItem(context, layout, item)
  }
}

function emitItem(context: Context, layout: Layout, item: Item): void {
  if (!item.isLoop) {
    emitBlock(context, layout, item.lo)
    return
  }
  openLabel(context, OP.loop, { kind: 'loop', lo: item.lo, hi: item.hi })
  if (item.lo === item.hi) emitBlock(context, layout, item.lo)
  else emitSequence(context, layout, item.lo, item.hi, item.lo)
  closeLabel(context)
}

function emitBlock(context: Context, layout: Layout, index: number): void {
  const { out } = context
  const block = layout.blocks[index] as Block
  const count = block.instructions.length
  local(out, OP.localGet, LOCAL.fuel)
  i64(out, count)
  byte(out, OP.i64Sub)
  local(out, OP.localTee, LOCAL.fuel)
  i64(out, 0)
  byte(out, OP.i64LtS)
  leaveIf(context, block.pc, count)
  let pc = block.pc
  let isOpen = true
  block.instructions.forEach((instruction, done) => {
    const rest = count - done
    if (isBranch(instruction.operation)) {
      emitBranch(context, layout, instruction)
    } else if (instruction.operation === 'JAL') {
      link(context, instruction, pc + instruction.size)
      jump(context, layout, instruction.imm)
      isOpen = false
    } else if (instruction.operation === 'JALR') {
      emitIndirectJump(context, layout.place, instruction, pc, rest)
      isOpen = false
    } else if (!emitOperation(context, instruction, pc, rest)) {
      leave(context, pc | 1, rest)
      isOpen = false
    }
    pc += instruction.size
  })
  if (!isOpen) return
  if (layout.places.get(pc) === index + 1) enterAt(context, layout, index + 1)
  else jump(context, layout, pc)
}

/** Says where a loop of several blocks, which begins at `place` or holds it, is to begin. */
function enterAt(context: Context, layout: Layout, place: number): void {
  const end = layout.ends.get(place)
  if (end === undefined || end === place) return
  setEntry(context, place)
}

function setEntry({ out }: Context, place: number): void {
  i32(out, place)
  local(out, OP.localSet, LOCAL.block)
}

/**
 * Goes to a pc: to the start of a loop around, forward to an item of a sequence around, or out of
 * the region.
 */
function jump(context: Context, layout: Layout, pc: number): void {
  const { labels } = context
  const place = layout.places.get(pc)
  if (place === undefined) {
    leave(context, pc, 0)
    return
  }
  for (let at = labels.length - 1; at >= 0; at--) {
    const label = labels[at] as (typeof labels)[number]
    if (label.kind === 'loop' && label.lo === place) {
      if (label.hi > label.lo) setEntry(context, place)
      branchTo(context, at)
      return
    }
    if (label.kind === 'item' && label.lo <= place && place <= label.hi) {
      if (label.isLoop && label.hi > label.lo) setEntry(context, place)
      branchTo(context, at)
      return
    }
  }
  throw new RangeError('a jump that no loop covers')
}

function emitBranch(context: Context, layout: Layout, instruction: Instruction): void {
  getRegister(context, instruction.rs1)
  getRegister(context, instruction.rs2)
  byte(context.out, COMPARISONS[instruction.operation] as number)
  openLabel(context, OP.if, { kind: 'if' })
  jump(context, layout, instruction.imm)
  closeLabel(context)
}

function emitIndirectJump(
  context: Context,
  place: Place,
  instruction: Instruction,
  pc: number,
  rest: number,
): void {
  const { out } = context
  getRegister(context, instruction.rs1)
  i64(out, instruction.imm)
  byte(out, OP.i64Add)
  i64(out, -2)
  byte(out, OP.i64And)
  local(out, OP.localTee, LOCAL.temp)
  i64(out, 2 ** 31)
  byte(out, OP.i64GeU)
  leaveIf(context, pc, rest)
  link(context, instruction, pc + instruction.size)
  local(out, OP.localGet, LOCAL.temp)
  byte(out, OP.i32WrapI64)
  local(out, OP.localTee, LOCAL.next)
  i32(out, place.codeBase)
  byte(out, OP.i32Sub)
  local(out, OP.localTee, LOCAL.block)
  i32(out, place.codeSpan)
  byte(out, OP.i32LtU)
  openLabel(context, OP.if, { kind: 'if' })
  local(out, OP.localGet, LOCAL.block)
  i32(out, 1)
  byte(out, OP.i32Shl)
  access(out, OP.i32Load, 2, place.mapAt)
  i32(out, 1 + place.index * 2 ** BLOCK_BITS)
  byte(out, OP.i32Sub)
  local(out, OP.localTee, LOCAL.block)
  i32(out, 2 ** BLOCK_BITS)
  byte(out, OP.i32LtU)
  openLabel(context, OP.if, { kind: 'if' })
  branchTo(context, AGAIN)
  closeLabel(context)
  closeLabel(context)
  branchTo(context, 0)
}

function link(context: Context, { rd }: Instruction, pc: number): void {
  if (rd === 0) return
  i64(context.out, pc)
  setRegister(context, rd)
}

function loadCell(out: Writer, at: number, target: number): void {
  i32(out, 0)
  access(out, OP.i64Load, 3, at)
  local(out, OP.localSet, target)
}

function storeCell(out: Writer, at: number, source: number): void {
  i32(out, 0)
  local(out, OP.localGet, source)
  access(out, OP.i64Store, 3, at)
}
