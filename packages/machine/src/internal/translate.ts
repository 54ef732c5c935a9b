import type { Instruction } from '../Instruction.ts'
import {
  access,
  type Context,
  FIRST_REGISTER,
  getRegister,
  i64,
  LOCAL,
  local,
  setRegister,
  TEMPS,
} from './emit.ts'
import { emitOperation } from './emitOperation.ts'
import { CELLS, REGISTERS_AT } from './engine.ts'
import { type Block, isBranch, type Region } from './region.ts'
import {
  byte,
  createWriter,
  OP,
  signed,
  TYPE,
  toBytes,
  unsigned,
  type Writer,
} from './wasmWriter.ts'

// A region becomes a function (block: i32) -> next: i32.
//
//   block $exit
//     loop $again                       ;; `block` says where to go
//       block N-1 .. block 0
//         br_table on `block`
//       end  code of block 0            ;; a forward jump leaves the nest at its target,
//       end  code of block 1            ;; a backward one sets `block` and goes to $again,
//       ...                             ;; a block that jumps to itself is a loop of its own
//   end
//   write back the registers and the fuel, return `next`
//
// `next` is a pc to go on at; its lowest bit says that the interpreter must take the step there (an access outside the
// directly mapped memory, a fault, a halt, or fewer steps left than the block has).

const COMPARISONS: Readonly<Record<string, number>> = {
  BEQ: OP.i64Eq,
  BNE: OP.i64Ne,
  BLT: OP.i64LtS,
  BGE: OP.i64GeS,
  BLTU: OP.i64LtU,
  BGEU: OP.i64GeU,
}

/** The code of a region's function, with its locals. */
export function translateRegion(region: Region, directSize: number): Uint8Array {
  const { blocks } = region
  const { locals, written } = findRegisters(blocks)
  const out = createWriter(16384)
  const places = new Map(blocks.map((block, index) => [block.pc, index]))
  unsigned(out, 3)
  unsigned(out, 1)
  byte(out, TYPE.i64)
  unsigned(out, 1)
  byte(out, TYPE.i32)
  unsigned(out, TEMPS + locals.size)
  byte(out, TYPE.i64)
  loadCell(out, CELLS.fuel, LOCAL.fuel)
  for (const [register, local] of locals) loadCell(out, REGISTERS_AT + 8 * register, local)
  byte(out, OP.block)
  byte(out, TYPE.empty)
  byte(out, OP.loop)
  byte(out, TYPE.empty)
  for (let i = 0; i < blocks.length; i++) {
    byte(out, OP.block)
    byte(out, TYPE.empty)
  }
  local(out, OP.localGet, LOCAL.block)
  byte(out, OP.brTable)
  unsigned(out, blocks.length - 1)
  for (let i = 0; i < blocks.length; i++) unsigned(out, i)
  blocks.forEach((_, index) => {
    byte(out, OP.end)
    emitBlock({ out, locals, directSize, leave: createLeave(out) }, blocks, index, places)
  })
  byte(out, OP.end)
  byte(out, OP.end)
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

function createLeave(out: Writer): Context['leave'] {
  return (next, steps, depth) => {
    if (steps > 0) {
      local(out, OP.localGet, LOCAL.fuel)
      i64(out, steps)
      byte(out, OP.i64Add)
      local(out, OP.localSet, LOCAL.fuel)
    }
    byte(out, OP.i32Const)
    signed(out, next | 0)
    local(out, OP.localSet, LOCAL.next)
    byte(out, OP.br)
    unsigned(out, depth)
  }
}

function emitBlock(
  context: Context,
  blocks: readonly Block[],
  index: number,
  places: ReadonlyMap<number, number>,
): void {
  const { out, leave } = context
  const block = blocks[index] as Block
  const last = block.instructions.at(-1) as Instruction
  const count = block.instructions.length
  const isLoop = (isBranch(last.operation) || last.operation === 'JAL') && last.imm === block.pc
  // Labels between the code here and the end of the nest, $again, and $exit.
  const base = isLoop ? 1 : 0
  const toAgain = blocks.length - 1 - index + base
  if (isLoop) {
    byte(out, OP.loop)
    byte(out, TYPE.empty)
  }
  local(out, OP.localGet, LOCAL.fuel)
  i64(out, count)
  byte(out, OP.i64Sub)
  local(out, OP.localTee, LOCAL.fuel)
  i64(out, 0)
  byte(out, OP.i64LtS)
  byte(out, OP.if)
  byte(out, TYPE.empty)
  leave(block.pc | 1, count, toAgain + 2)
  byte(out, OP.end)
  const jump = (pc: number, extra: number) => {
    const place = places.get(pc)
    if (place === undefined) leave(pc, 0, toAgain + 1 + extra)
    else if (place === index && isLoop) branchTo(out, extra)
    else if (place > index) branchTo(out, place - index - 1 + base + extra)
    else {
      byte(out, OP.i32Const)
      signed(out, place)
      local(out, OP.localSet, LOCAL.block)
      branchTo(out, toAgain + extra)
    }
  }
  let pc = block.pc
  let isOpen = true
  block.instructions.forEach((instruction, done) => {
    const rest = count - done
    if (isBranch(instruction.operation)) {
      emitBranch(context, instruction, jump)
    } else if (instruction.operation === 'JAL') {
      link(context, instruction, pc + instruction.size)
      jump(instruction.imm, 0)
      isOpen = false
    } else if (instruction.operation === 'JALR') {
      emitIndirectJump(context, instruction, pc, rest, toAgain)
      isOpen = false
    } else if (!emitOperation(context, instruction, pc, rest, toAgain + 1)) {
      leave(pc | 1, rest, toAgain + 1)
      isOpen = false
    }
    pc += instruction.size
  })
  const followsOn = places.get(pc) === index + 1
  if (isOpen && !followsOn) jump(pc, 0)
  if (isLoop) {
    byte(out, OP.end)
  }
}

function emitBranch(
  context: Context,
  instruction: Instruction,
  jump: (pc: number, extra: number) => void,
): void {
  const { out } = context
  getRegister(context, instruction.rs1)
  getRegister(context, instruction.rs2)
  byte(out, COMPARISONS[instruction.operation] as number)
  byte(out, OP.if)
  byte(out, TYPE.empty)
  jump(instruction.imm, 1)
  byte(out, OP.end)
}

function emitIndirectJump(
  context: Context,
  instruction: Instruction,
  pc: number,
  rest: number,
  toAgain: number,
): void {
  const { out, leave } = context
  getRegister(context, instruction.rs1)
  i64(out, instruction.imm)
  byte(out, OP.i64Add)
  i64(out, -2)
  byte(out, OP.i64And)
  local(out, OP.localTee, LOCAL.temp)
  i64(out, 2 ** 31)
  byte(out, OP.i64GeU)
  byte(out, OP.if)
  byte(out, TYPE.empty)
  leave(pc | 1, rest, toAgain + 2)
  byte(out, OP.end)
  link(context, instruction, pc + instruction.size)
  local(out, OP.localGet, LOCAL.temp)
  byte(out, OP.i32WrapI64)
  local(out, OP.localSet, LOCAL.next)
  branchTo(out, toAgain + 1)
}

function link(context: Context, { rd }: Instruction, pc: number): void {
  if (rd === 0) return
  i64(context.out, pc)
  setRegister(context, rd)
}

function branchTo(out: Writer, depth: number): void {
  byte(out, OP.br)
  unsigned(out, depth)
}

function loadCell(out: Writer, at: number, target: number): void {
  byte(out, OP.i32Const)
  signed(out, 0)
  access(out, OP.i64Load, 3, at)
  local(out, OP.localSet, target)
}

function storeCell(out: Writer, at: number, source: number): void {
  byte(out, OP.i32Const)
  signed(out, 0)
  local(out, OP.localGet, source)
  access(out, OP.i64Store, 3, at)
}
