// One step, from a witness: docs/spec/machine.md, section 5, written to be read beside it. The
// circuit, the interpreter and the translator are checked against this.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Instruction, type Operation, toLeaf } from './Instruction.ts'
import { ADDRESS_LIMIT, FIRST_ADDRESS, PROGRAM_LIMIT, STATUS } from './Layout.ts'
import { breakOf, type Path, rootWith } from './Path.ts'
import type * as State from './State.ts'

/**
 * What a step reads. A path lists the eight children of every node from the bottom to the root: ten
 * lists, the first of them leaves (16-byte chunks of memory as numbers, packed entries of the
 * program table).
 */
export type Witness = {
  state: State.State
  programRoot: bigint
  instruction: Instruction
  programPath: Path
  /** To the chunk at {@link chunkAddress}. */
  memoryPath: Path
}

const TWO_64 = 2n ** 64n
const LEVELS = 10

/** The state after the step. @throws Step.Witness where the witness does not fit its own roots */
export function apply(witness: Witness): State.State {
  const { state, instruction, programPath, memoryPath, programRoot } = witness
  const slot = BigInt(state.pc) / 2n
  assertPath(programPath, slot, toLeaf(instruction), programRoot, 'program')
  const chunkIndex = BigInt(chunkAddress(instruction, state.registers)) / 16n
  const chunk = memoryPath[0]?.[Number(chunkIndex % 8n)] ?? 0n
  assertPath(memoryPath, chunkIndex, chunk, state.memoryRoot, 'memory')
  if (state.status !== STATUS.running) return state
  const effect = effectOf(instruction, state, chunk)
  if (effect === 'fault') return { ...state, status: STATUS.faulted }
  if (effect === 'halt') return { ...state, status: STATUS.halted }
  const { pc, rd, chunk: stored = chunk, reservation = state.reservation } = effect
  const registers = [...state.registers]
  if (rd !== undefined && instruction.rd !== 0) registers[instruction.rd] = rd
  const memoryRoot = stored === chunk ? state.memoryRoot : rootWith(memoryPath, chunkIndex, stored)
  return { pc, registers, memoryRoot, reservation, status: STATUS.running }
}

/**
 * Where the chunk that a step may touch begins: that of its address modulo 2^34, chunk 0 for
 * operations without an address.
 */
export function chunkAddress(instruction: Instruction, registers: readonly bigint[]): number {
  if (!isMemory(instruction.operation)) return 0
  const address = addressOf(instruction, registers) % BigInt(ADDRESS_LIMIT)
  return Number(address - (address % 16n))
}

/** What a step does beside going on; what is left out stays as it is. */
export type Effect = { pc: number; rd?: bigint; chunk?: bigint; reservation?: bigint }

/**
 * What the instruction does in a running state; `chunk` holds the 16 bytes at {@link chunkAddress}.
 */
export function effectOf(
  instruction: Instruction,
  state: Pick<State.State, 'pc' | 'registers' | 'reservation'>,
  chunk: bigint,
): Effect | 'fault' | 'halt' {
  const { operation, rs1, rs2, size, useImm, isW, imm } = instruction
  const a = state.registers[rs1] as bigint
  const b = useImm ? u64(BigInt(imm)) : (state.registers[rs2] as bigint)
  const next = state.pc + size
  if (operation === 'ILLEGAL') return 'fault'
  if (operation === 'ECALL') return a === 93n || a === 94n ? 'halt' : 'fault'
  if (operation === 'JAL') return { pc: imm, rd: BigInt(next) }
  if (operation === 'JALR') {
    const target = u64(a + b) & ~1n
    if (target >= BigInt(PROGRAM_LIMIT)) return 'fault'
    return { pc: Number(target), rd: BigInt(next) }
  }
  const isTaken = compare(operation, a, b)
  if (isTaken !== undefined) return { pc: isTaken ? imm : next }
  if (isMemory(operation)) return access(instruction, state, chunk, next)
  return { pc: next, rd: isW ? compute32(operation, a, b) : compute64(operation, a, b) }
}

function compare(operation: Operation, a: bigint, b: bigint): boolean | undefined {
  switch (operation) {
    case 'BEQ':
      return a === b
    case 'BNE':
      return a !== b
    case 'BLT':
      return signed(a) < signed(b)
    case 'BGE':
      return signed(a) >= signed(b)
    case 'BLTU':
      return a < b
    case 'BGEU':
      return a >= b
    default:
      return undefined
  }
}

function compute64(operation: Operation, a: bigint, b: bigint): bigint {
  const shift = b & 63n
  switch (operation) {
    case 'ADD':
      return u64(a + b)
    case 'SUB':
      return u64(a - b)
    case 'AND':
      return a & b
    case 'OR':
      return a | b
    case 'XOR':
      return a ^ b
    case 'SLT':
      return signed(a) < signed(b) ? 1n : 0n
    case 'SLTU':
      return a < b ? 1n : 0n
    case 'SLL':
      return u64(a << shift)
    case 'SRL':
      return a >> shift
    case 'SRA':
      return u64(signed(a) >> shift)
    case 'MUL':
      return u64(a * b)
    case 'MULH':
      return u64((signed(a) * signed(b)) >> 64n)
    case 'MULHSU':
      return u64((signed(a) * b) >> 64n)
    case 'MULHU':
      return (a * b) >> 64n
    case 'DIV':
      return b === 0n ? TWO_64 - 1n : u64(signed(a) / signed(b))
    case 'DIVU':
      return b === 0n ? TWO_64 - 1n : a / b
    case 'REM':
      return b === 0n ? a : u64(signed(a) % signed(b))
    case 'REMU':
      return b === 0n ? a : a % b
    default:
      throw new WitnessError(`has no operation ${operation}`)
  }
}

/** The W forms: on the low 32 bits, the result's bit 31 copied upwards. */
function compute32(operation: Operation, a: bigint, b: bigint): bigint {
  const x = u32(a)
  const y = u32(b)
  const sx = BigInt.asIntN(32, a)
  const sy = BigInt.asIntN(32, b)
  const shift = b & 31n
  switch (operation) {
    case 'ADD':
      return extend32(x + y)
    case 'SUB':
      return extend32(x - y)
    case 'SLL':
      return extend32(x << shift)
    case 'SRL':
      return extend32(x >> shift)
    case 'SRA':
      return extend32(sx >> shift)
    case 'MUL':
      return extend32(x * y)
    case 'DIV':
      return y === 0n ? TWO_64 - 1n : extend32(sx / sy)
    case 'DIVU':
      return y === 0n ? TWO_64 - 1n : extend32(x / y)
    case 'REM':
      return y === 0n ? extend32(x) : extend32(sx % sy)
    case 'REMU':
      return y === 0n ? extend32(x) : extend32(x % y)
    default:
      throw new WitnessError(`has no 32-bit operation ${operation}`)
  }
}

function access(
  instruction: Instruction,
  state: Pick<State.State, 'registers' | 'reservation'>,
  chunk: bigint,
  pc: number,
): Effect | 'fault' {
  const { operation, isW, rs2 } = instruction
  const address = addressOf(instruction, state.registers)
  const size = accessSize(operation, isW)
  const isInside = address >= BigInt(FIRST_ADDRESS) && address < BigInt(ADDRESS_LIMIT)
  if (!isInside || address % size !== 0n) return 'fault'
  const bits = 8n * size
  const shift = 8n * (address % 16n)
  const old = (chunk >> shift) & (2n ** bits - 1n)
  const replace = (value: bigint) => chunk + ((BigInt.asUintN(Number(bits), value) - old) << shift)
  const source = state.registers[rs2] as bigint
  const loaded = /U$/.test(operation) && /^L/.test(operation) ? old : extend(old, bits)
  switch (operation) {
    case 'SB':
    case 'SH':
    case 'SW':
    case 'SD':
      return { pc, chunk: replace(source) }
    case 'LR':
      return { pc, rd: loaded, reservation: address + 1n }
    case 'SC':
      if (state.reservation !== address + 1n) return { pc, rd: 1n, reservation: 0n }
      return { pc, rd: 0n, reservation: 0n, chunk: replace(source) }
    default:
      if (!/^AMO/.test(operation)) return { pc, rd: loaded }
      return { pc, rd: loaded, chunk: replace(combine(operation, loaded, extend(source, bits))) }
  }
}

/** The value that an AMO stores; both operands come sign-extended to 64 bits. */
function combine(operation: Operation, a: bigint, b: bigint): bigint {
  switch (operation) {
    case 'AMOSWAP':
      return b
    case 'AMOADD':
      return a + b
    case 'AMOXOR':
      return a ^ b
    case 'AMOAND':
      return a & b
    case 'AMOOR':
      return a | b
    case 'AMOMIN':
      return signed(a) < signed(b) ? a : b
    case 'AMOMAX':
      return signed(a) < signed(b) ? b : a
    case 'AMOMINU':
      return a < b ? a : b
    default:
      return a < b ? b : a
  }
}

/** AMOs address by rs1 alone; everything else adds its immediate. */
function addressOf(instruction: Instruction, registers: readonly bigint[]): bigint {
  const base = registers[instruction.rs1] as bigint
  return instruction.useImm ? u64(base + BigInt(instruction.imm)) : base
}

function isMemory(operation: Operation): boolean {
  return /^(L[BHWD]U?|S[BHWD]|LR|SC|AMO.*)$/.test(operation)
}

function accessSize(operation: Operation, isW: boolean): bigint {
  const letter = /^[LS]([BHWD])U?$/.exec(operation)?.[1] ?? (isW ? 'W' : 'D')
  return { B: 1n, H: 2n, W: 4n, D: 8n }[letter] as bigint
}

function assertPath(path: Path, index: bigint, leaf: bigint, root: bigint, what: string): void {
  const broken = breakOf(path, LEVELS, index, leaf, root)
  if (broken === undefined) return
  if (broken < 0) throw new WitnessError(`needs ten lists of eight children to the ${what} root`)
  if (broken < LEVELS) throw new WitnessError(`breaks at level ${broken} of the ${what}`)
  throw new WitnessError(`does not lead to the ${what} root`)
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function u32(value: bigint): bigint {
  return BigInt.asUintN(32, value)
}

function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function extend(value: bigint, bits: bigint): bigint {
  return u64(BigInt.asIntN(Number(bits), value))
}

function extend32(value: bigint): bigint {
  return extend(value, 32n)
}

export class WitnessError extends AmbrosiaError {
  constructor(what: string) {
    super('Step.Witness', `the witness ${what}`)
  }
}
