import type { Instruction } from '../Instruction.ts'
import { FIRST_ADDRESS } from '../Layout.ts'
import {
  access,
  type Context,
  getRegister,
  i32,
  i64,
  LOCAL,
  leaveIf,
  local,
  setRegister,
} from './emit.ts'
import { CELLS, DIRTY_AT, MEMORY_AT } from './memoryMap.ts'
import { byte, OP, TYPE, type Writer } from './wasmWriter.ts'

const PLAIN: Readonly<Record<string, number>> = {
  ADD: OP.i64Add,
  SUB: OP.i64Sub,
  AND: OP.i64And,
  OR: OP.i64Or,
  XOR: OP.i64Xor,
  SLL: OP.i64Shl,
  SRL: OP.i64ShrU,
  SRA: OP.i64ShrS,
  MUL: OP.i64Mul,
}
const COMPARE: Readonly<Record<string, number>> = { SLT: OP.i64LtS, SLTU: OP.i64LtU }
const PLAIN_W: Readonly<Record<string, number>> = {
  ADD: OP.i64Add,
  SUB: OP.i64Sub,
  MUL: OP.i64Mul,
}
const SHIFT_W: Readonly<Record<string, number>> = {
  SLL: OP.i32Shl,
  SRL: OP.i32ShrU,
  SRA: OP.i32ShrS,
}
const LOADS: Readonly<Record<string, [operation: number, align: number]>> = {
  LB: [OP.i64Load8S, 0],
  LBU: [OP.i64Load8U, 0],
  LH: [OP.i64Load16S, 1],
  LHU: [OP.i64Load16U, 1],
  LW: [OP.i64Load32S, 2],
  LWU: [OP.i64Load32U, 2],
  LD: [OP.i64Load, 3],
}
const STORES: Readonly<Record<string, [operation: number, align: number]>> = {
  SB: [OP.i64Store8, 0],
  SH: [OP.i64Store16, 1],
  SW: [OP.i64Store32, 2],
  SD: [OP.i64Store, 3],
}
const [T0, T1, T2, T3, T4, T5, T6] = [0, 1, 2, 3, 4, 5, 6].map((i) => LOCAL.temp + i) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

/**
 * Writes the code of an operation that goes on to the next; false for one that the interpreter must
 * take.
 */
export function emitOperation(
  context: Context,
  instruction: Instruction,
  pc: number,
  rest: number,
): boolean {
  const { operation } = instruction
  if (operation === 'ILLEGAL' || operation === 'ECALL') return false
  const slow = () => leaveIf(context, pc, rest)
  if (LOADS[operation] !== undefined) emitLoad(context, instruction, slow)
  else if (STORES[operation] !== undefined) emitStore(context, instruction, slow)
  else if (/^(AMO|LR|SC)/.test(operation)) emitAtomic(context, instruction, slow)
  else if (instruction.rd !== 0) emitArithmetic(context, instruction)
  return true
}

function emitArithmetic(context: Context, instruction: Instruction): void {
  const { operation, rd, isW } = instruction
  const { out } = context
  if (operation.startsWith('MULH')) emitHighProduct(context, instruction)
  else if (/^(DIV|REM)/.test(operation)) {
    if (isW) emitDivision32(context, instruction)
    else emitDivision64(context, instruction)
  } else if (isW) emit32(context, instruction)
  else {
    const compare = COMPARE[operation]
    if (operation === 'ADD' && instruction.useImm && instruction.rs1 === 0)
      i64(out, instruction.imm)
    else if (operation === 'ADD' && instruction.useImm && instruction.imm === 0) {
      getRegister(context, instruction.rs1)
    } else {
      getRegister(context, instruction.rs1)
      second(context, instruction)
      byte(out, compare ?? (PLAIN[operation] as number))
      if (compare !== undefined) byte(out, OP.i64ExtendI32U)
    }
  }
  setRegister(context, rd)
}

function second(context: Context, instruction: Instruction): void {
  if (instruction.useImm) i64(context.out, instruction.imm)
  else getRegister(context, instruction.rs2)
}

function emit32(context: Context, instruction: Instruction): void {
  const { out } = context
  const plain = PLAIN_W[instruction.operation]
  getRegister(context, instruction.rs1)
  if (plain !== undefined) {
    second(context, instruction)
    byte(out, plain)
    byte(out, OP.i64Extend32S)
    return
  }
  byte(out, OP.i32WrapI64)
  second(context, instruction)
  byte(out, OP.i32WrapI64)
  byte(out, SHIFT_W[instruction.operation] as number)
  byte(out, OP.i64ExtendI32S)
}

/** High half of the unsigned product from four products of halves, then what the signs take off. */
function emitHighProduct(context: Context, { operation, rs1, rs2 }: Instruction): void {
  const { out } = context
  const get = (index: number) => local(out, OP.localGet, index)
  const low = () => {
    i64(out, 0xffffffff)
    byte(out, OP.i64And)
  }
  const high = () => {
    i64(out, 32)
    byte(out, OP.i64ShrU)
  }
  const split = (register: number, whole: number, lowPart: number, highPart: number) => {
    getRegister(context, register)
    local(out, OP.localTee, whole)
    low()
    local(out, OP.localSet, lowPart)
    get(whole)
    high()
    local(out, OP.localSet, highPart)
  }
  const product = (a: number, b: number) => {
    get(a)
    get(b)
    byte(out, OP.i64Mul)
  }
  split(rs1, T5, T0, T1)
  split(rs2, T6, T2, T3)
  product(T1, T2)
  product(T0, T2)
  high()
  byte(out, OP.i64Add)
  local(out, OP.localSet, T4)
  product(T0, T3)
  get(T4)
  low()
  byte(out, OP.i64Add)
  high()
  product(T1, T3)
  byte(out, OP.i64Add)
  get(T4)
  high()
  byte(out, OP.i64Add)
  const takeOff = (sign: number, other: number) => {
    get(sign)
    i64(out, 63)
    byte(out, OP.i64ShrS)
    get(other)
    byte(out, OP.i64And)
    byte(out, OP.i64Sub)
  }
  if (operation !== 'MULHU') takeOff(T5, T6)
  if (operation === 'MULH') takeOff(T6, T5)
}

/**
 * WebAssembly traps on a zero divisor and on the overflow of a signed division, so both are taken
 * out first.
 */
function emitDivision64(context: Context, { operation, rs1, rs2 }: Instruction): void {
  const { out } = context
  const isRest = operation.startsWith('REM')
  getRegister(context, rs2)
  byte(out, OP.i64Eqz)
  choose(out, TYPE.i64)
  if (isRest) getRegister(context, rs1)
  else i64(out, -1)
  byte(out, OP.else)
  if (operation === 'DIV') {
    getRegister(context, rs2)
    i64(out, -1)
    byte(out, OP.i64Eq)
    choose(out, TYPE.i64)
    i64(out, 0)
    getRegister(context, rs1)
    byte(out, OP.i64Sub)
    byte(out, OP.else)
  }
  getRegister(context, rs1)
  getRegister(context, rs2)
  byte(
    out,
    { DIV: OP.i64DivS, DIVU: OP.i64DivU, REM: OP.i64RemS, REMU: OP.i64RemU }[operation as 'DIV'],
  )
  if (operation === 'DIV') byte(out, OP.end)
  byte(out, OP.end)
}

function emitDivision32(context: Context, { operation, rs1, rs2 }: Instruction): void {
  const { out } = context
  const isRest = operation.startsWith('REM')
  const get32 = (register: number) => {
    getRegister(context, register)
    byte(out, OP.i32WrapI64)
  }
  get32(rs2)
  byte(out, OP.i32Eqz)
  choose(out, TYPE.i32)
  if (isRest) get32(rs1)
  else i32(out, -1)
  byte(out, OP.else)
  if (operation === 'DIV') {
    get32(rs2)
    i32(out, -1)
    byte(out, OP.i32Eq)
    choose(out, TYPE.i32)
    i32(out, 0)
    get32(rs1)
    byte(out, OP.i32Sub)
    byte(out, OP.else)
  }
  get32(rs1)
  get32(rs2)
  byte(
    out,
    { DIV: OP.i32DivS, DIVU: OP.i32DivU, REM: OP.i32RemS, REMU: OP.i32RemU }[operation as 'DIV'],
  )
  if (operation === 'DIV') byte(out, OP.end)
  byte(out, OP.end)
  byte(out, OP.i64ExtendI32S)
}

/**
 * Leaves address - 4096 in T0 after `slow` took every address that is misaligned, below 4096 or not
 * mapped directly: rotating the low bits to the top makes one comparison of the three.
 */
function emitAddress(
  context: Context,
  register: number,
  imm: number,
  align: number,
  slow: () => void,
): void {
  const { out } = context
  getRegister(context, register)
  i64(out, imm - FIRST_ADDRESS)
  byte(out, OP.i64Add)
  local(out, OP.localTee, T0)
  if (align > 0) {
    i64(out, align)
    byte(out, OP.i64Rotr)
  }
  i64(out, (context.directSize - FIRST_ADDRESS) / 2 ** align)
  byte(out, OP.i64GeU)
  slow()
  local(out, OP.localGet, T0)
  byte(out, OP.i32WrapI64)
}

function emitLoad(context: Context, instruction: Instruction, slow: () => void): void {
  const [operation, align] = LOADS[instruction.operation] as [number, number]
  emitAddress(context, instruction.rs1, instruction.imm, align, slow)
  access(context.out, operation, align, MEMORY_AT + FIRST_ADDRESS)
  setRegister(context, instruction.rd)
}

function emitStore(context: Context, instruction: Instruction, slow: () => void): void {
  const [operation, align] = STORES[instruction.operation] as [number, number]
  emitAddress(context, instruction.rs1, instruction.imm, align, slow)
  getRegister(context, instruction.rs2)
  access(context.out, operation, align, MEMORY_AT + FIRST_ADDRESS)
  markDirty(context.out)
}

function markDirty(out: Writer): void {
  local(out, OP.localGet, T0)
  i64(out, 7)
  byte(out, OP.i64ShrU)
  byte(out, OP.i32WrapI64)
  i32(out, 1)
  access(out, OP.i32Store8, 0, DIRTY_AT + FIRST_ADDRESS / 128)
}

function emitAtomic(context: Context, instruction: Instruction, slow: () => void): void {
  const { out } = context
  const { operation, isW, rd, rs1, rs2 } = instruction
  const align = isW ? 2 : 3
  const at = MEMORY_AT + FIRST_ADDRESS
  const store = isW ? OP.i64Store32 : OP.i64Store
  emitAddress(context, rs1, 0, align, slow)
  if (operation === 'SC') {
    byte(out, OP.drop)
    emitConditionalStore(context, instruction, store, align)
    return
  }
  access(out, isW ? OP.i64Load32S : OP.i64Load, align, at)
  if (operation === 'LR') {
    setRegister(context, rd)
    i32(out, 0)
    local(out, OP.localGet, T0)
    i64(out, FIRST_ADDRESS + 1)
    byte(out, OP.i64Add)
    access(out, OP.i64Store, 3, CELLS.reservation)
    return
  }
  local(out, OP.localSet, T1)
  getRegister(context, rs2)
  if (isW) byte(out, OP.i64Extend32S)
  local(out, OP.localSet, T2)
  local(out, OP.localGet, T0)
  byte(out, OP.i32WrapI64)
  emitCombination(out, operation)
  access(out, store, align, at)
  markDirty(out)
  local(out, OP.localGet, T1)
  setRegister(context, rd)
}

/** The value to store from T1 (memory) and T2 (register). */
function emitCombination(out: Writer, operation: string): void {
  const both = () => {
    local(out, OP.localGet, T1)
    local(out, OP.localGet, T2)
  }
  const plain = { AMOADD: OP.i64Add, AMOXOR: OP.i64Xor, AMOAND: OP.i64And, AMOOR: OP.i64Or }[
    operation as 'AMOADD'
  ] as number | undefined
  if (operation === 'AMOSWAP') local(out, OP.localGet, T2)
  else if (plain !== undefined) {
    both()
    byte(out, plain)
  } else {
    const isMax = operation.startsWith('AMOMAX')
    local(out, OP.localGet, isMax ? T2 : T1)
    local(out, OP.localGet, isMax ? T1 : T2)
    both()
    byte(out, operation.endsWith('U') ? OP.i64LtU : OP.i64LtS)
    byte(out, OP.select)
  }
}

function emitConditionalStore(
  context: Context,
  { rd, rs2 }: Instruction,
  store: number,
  align: number,
): void {
  const { out } = context
  i32(out, 0)
  access(out, OP.i64Load, 3, CELLS.reservation)
  local(out, OP.localGet, T0)
  i64(out, FIRST_ADDRESS + 1)
  byte(out, OP.i64Add)
  byte(out, OP.i64Eq)
  choose(out, TYPE.i64)
  local(out, OP.localGet, T0)
  byte(out, OP.i32WrapI64)
  getRegister(context, rs2)
  access(out, store, align, MEMORY_AT + FIRST_ADDRESS)
  markDirty(out)
  i64(out, 0)
  byte(out, OP.else)
  i64(out, 1)
  byte(out, OP.end)
  setRegister(context, rd)
  i32(out, 0)
  i64(out, 0)
  access(out, OP.i64Store, 3, CELLS.reservation)
}

function choose(out: Writer, type: number): void {
  byte(out, OP.if)
  byte(out, type)
}
