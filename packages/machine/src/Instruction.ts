// RV64IMA and the integer part of C into the entries of the program table: docs/spec/machine.md,
// section 3. Encodings: The RISC-V Instruction Set Manual, Volume I (20240411), chapters 2, 4, 13,
// 14, 27 and 35.

import { expandCompressed } from './expandCompressed.ts'
import { PROGRAM_LIMIT } from './Layout.ts'

/** The operations of the program table; an operation's number is its place here. */
export const OPERATIONS = [
  ...['ILLEGAL', 'ADD', 'SUB', 'AND', 'OR', 'XOR', 'SLT', 'SLTU', 'SLL', 'SRL', 'SRA'],
  ...['MUL', 'MULH', 'MULHSU', 'MULHU', 'DIV', 'DIVU', 'REM', 'REMU'],
  ...['BEQ', 'BNE', 'BLT', 'BGE', 'BLTU', 'BGEU', 'JAL', 'JALR'],
  ...['LB', 'LH', 'LW', 'LD', 'LBU', 'LHU', 'LWU', 'SB', 'SH', 'SW', 'SD', 'LR', 'SC'],
  ...['AMOSWAP', 'AMOADD', 'AMOXOR', 'AMOAND', 'AMOOR', 'AMOMIN', 'AMOMAX', 'AMOMINU', 'AMOMAXU'],
  'ECALL',
] as const satisfies readonly string[]

export type Operation =
  | ('ILLEGAL' | 'ADD' | 'SUB' | 'AND' | 'OR' | 'XOR' | 'SLT' | 'SLTU' | 'SLL' | 'SRL' | 'SRA')
  | ('MUL' | 'MULH' | 'MULHSU' | 'MULHU' | 'DIV' | 'DIVU' | 'REM' | 'REMU')
  | ('BEQ' | 'BNE' | 'BLT' | 'BGE' | 'BLTU' | 'BGEU' | 'JAL' | 'JALR')
  | ('LB' | 'LH' | 'LW' | 'LD' | 'LBU' | 'LHU' | 'LWU' | 'SB' | 'SH' | 'SW' | 'SD' | 'LR' | 'SC')
  | ('AMOSWAP' | 'AMOADD' | 'AMOXOR' | 'AMOAND' | 'AMOOR')
  | ('AMOMIN' | 'AMOMAX' | 'AMOMINU' | 'AMOMAXU' | 'ECALL')

/** One entry of the program table. */
export type Instruction = {
  operation: Operation
  rd: number
  rs1: number
  rs2: number
  /** Bytes of the encoding; the next instruction in sequence begins here. */
  size: 2 | 4
  /** The second operand is the immediate, not register rs2. */
  useImm: boolean
  /** A form on 32 bits. */
  isW: boolean
  /**
   * A whole number in [-2^32, 2^32); the table holds it modulo 2^64. For branches and JAL the
   * absolute target.
   */
  imm: number
}

/**
 * The entry of every slot that holds no instruction: all fields zero, whatever the encoding was.
 */
export const ILLEGAL: Readonly<Instruction> = Object.freeze({
  operation: 'ILLEGAL',
  rd: 0,
  rs1: 0,
  rs2: 0,
  size: 2,
  useImm: false,
  isW: false,
  imm: 0,
})

const NUMBERS = new Map<string, number>(OPERATIONS.map((name, index) => [name, index]))

/** The number of an operation in the program table. */
export function numberOf(operation: Operation): number {
  return NUMBERS.get(operation) as number
}

/**
 * The entry for the instruction at `pc` that begins with the 16 bits `low`; `high` holds the next
 * 16, or undefined where code ends.
 */
export function decode(pc: number, low: number, high: number | undefined): Instruction {
  if ((low & 3) !== 3) {
    const word = expandCompressed(low)
    return word === 0 ? ILLEGAL : decodeWord(word, pc, 2)
  }
  return high === undefined ? ILLEGAL : decodeWord((high << 16) | low, pc, 4)
}

/**
 * The packed leaf of the program tree: op | rd<<8 | rs1<<16 | rs2<<24 | (size = 4)<<32 |
 * useImm<<33 | isW<<34 | imm<<64.
 */
export function toLeaf(instruction: Instruction): bigint {
  if (instruction.operation === 'ILLEGAL') return 0n
  const { rd, rs1, rs2, size, useImm, isW, imm } = instruction
  const low = numberOf(instruction.operation) + rd * 2 ** 8 + rs1 * 2 ** 16 + rs2 * 2 ** 24
  const flags = (size === 4 ? 1 : 0) + (useImm ? 2 : 0) + (isW ? 4 : 0)
  return BigInt(low + flags * 2 ** 32) | (BigInt.asUintN(64, BigInt(imm)) << 64n)
}

/** An entry as one reads it: the table's operation and the operands that matter to it. */
export function toText(instruction: Instruction): string {
  const { operation, rd, rs1, rs2, useImm, isW, imm } = instruction
  const name = `${operation}${isW ? '.W' : ''}`
  const number = imm < 0 || imm > 9 ? `${imm < 0 ? '-' : ''}0x${Math.abs(imm).toString(16)}` : imm
  if (operation === 'ILLEGAL' || operation === 'ECALL') return name
  if (operation === 'JAL') return `${name} x${rd}, ${number}`
  if (/^B/.test(operation)) return `${name} x${rs1}, x${rs2}, ${number}`
  if (/^S[BHWD]$/.test(operation)) return `${name} x${rs2}, ${number}(x${rs1})`
  if (/^L[BHWD]U?$/.test(operation)) return `${name} x${rd}, ${number}(x${rs1})`
  if (operation === 'LR') return `${name} x${rd}, (x${rs1})`
  if (/^(AMO|SC)/.test(operation)) return `${name} x${rd}, x${rs2}, (x${rs1})`
  return `${name} x${rd}, x${rs1}, ${useImm ? number : `x${rs2}`}`
}

const BRANCHES = ['BEQ', 'BNE', null, null, 'BLT', 'BGE', 'BLTU', 'BGEU'] as const
const LOADS = ['LB', 'LH', 'LW', 'LD', 'LBU', 'LHU', 'LWU', null] as const
const STORES = ['SB', 'SH', 'SW', 'SD', null, null, null, null] as const
const ALU = ['ADD', 'SLL', 'SLT', 'SLTU', 'XOR', 'SRL', 'OR', 'AND'] as const
const MULDIV = ['MUL', 'MULH', 'MULHSU', 'MULHU', 'DIV', 'DIVU', 'REM', 'REMU'] as const
const MULDIV_W = ['MUL', null, null, null, 'DIV', 'DIVU', 'REM', 'REMU'] as const
const AMOS: Readonly<Record<number, Operation>> = {
  0: 'AMOADD',
  1: 'AMOSWAP',
  2: 'LR',
  3: 'SC',
  4: 'AMOXOR',
  8: 'AMOOR',
  12: 'AMOAND',
  16: 'AMOMIN',
  20: 'AMOMAX',
  24: 'AMOMINU',
  28: 'AMOMAXU',
}

function decodeWord(word: number, pc: number, size: 2 | 4): Instruction {
  const rd = (word >>> 7) & 31
  const funct3 = (word >>> 12) & 7
  const rs1 = (word >>> 15) & 31
  const rs2 = (word >>> 20) & 31
  const funct7 = word >>> 25
  const immediate = word >> 20
  switch (word & 127) {
    case 0x37: // LUI
      return entry('ADD', size, { rd, useImm: true, imm: word & ~0xfff })
    case 0x17: // AUIPC
      return entry('ADD', size, { rd, useImm: true, imm: pc + (word & ~0xfff) })
    case 0x6f:
      return entry('JAL', size, { rd, imm: target(pc + jumpOffset(word)) })
    case 0x67:
      if (funct3 !== 0) return ILLEGAL
      return entry('JALR', size, { rd, rs1, useImm: true, imm: immediate })
    case 0x63:
      return entry(BRANCHES[funct3], size, { rs1, rs2, imm: target(pc + branchOffset(word)) })
    case 0x03:
      return entry(LOADS[funct3], size, { rd, rs1, useImm: true, imm: immediate })
    case 0x23: {
      const imm = ((word >> 25) << 5) | rd
      return entry(STORES[funct3], size, { rs1, rs2, useImm: true, imm })
    }
    case 0x13:
      return decodeImmediate(word, size, funct3, false)
    case 0x1b:
      return decodeImmediate(word, size, funct3, true)
    case 0x33:
      return entry(registerOperation(funct3, funct7, false), size, { rd, rs1, rs2 })
    case 0x3b:
      return entry(registerOperation(funct3, funct7, true), size, { rd, rs1, rs2, isW: true })
    case 0x0f:
      // FENCE and FENCE.I order nothing here: one hart, and no store reaches the program table.
      return funct3 < 2 ? entry('ADD', size, { useImm: true }) : ILLEGAL
    case 0x73:
      // The circuit reads a7 as an ordinary first operand.
      return word === 0x73 ? entry('ECALL', size, { rs1: 17 }) : ILLEGAL
    case 0x2f: {
      if (funct3 !== 2 && funct3 !== 3) return ILLEGAL
      const operation = AMOS[funct7 >>> 2]
      if (operation === 'LR' && rs2 !== 0) return ILLEGAL
      const useImm = operation === 'LR' || operation === 'SC'
      return entry(operation, size, { rd, rs1, rs2, useImm, isW: funct3 === 2 })
    }
    default:
      return ILLEGAL
  }
}

/** OP-IMM and OP-IMM-32. */
function decodeImmediate(word: number, size: 2 | 4, funct3: number, isW: boolean): Instruction {
  const rd = (word >>> 7) & 31
  const rs1 = (word >>> 15) & 31
  if (funct3 === 1 || funct3 === 5) {
    // Bit 25 is the sixth bit of the amount in OP-IMM; in OP-IMM-32 it belongs to funct7 and must
    // be zero.
    const imm = (word >>> 20) & 63
    const funct6 = word >>> 26
    if (isW && imm > 31) return ILLEGAL
    const arithmetic = funct3 === 5 && funct6 === 16
    if (funct6 !== 0 && !arithmetic) return ILLEGAL
    const operation = funct3 === 1 ? 'SLL' : arithmetic ? 'SRA' : 'SRL'
    return entry(operation, size, { rd, rs1, useImm: true, isW, imm })
  }
  if (isW && funct3 !== 0) return ILLEGAL
  return entry(ALU[funct3], size, { rd, rs1, useImm: true, isW, imm: word >> 20 })
}

function registerOperation(
  funct3: number,
  funct7: number,
  isW: boolean,
): Operation | null | undefined {
  if (funct7 === 1) return isW ? MULDIV_W[funct3] : MULDIV[funct3]
  if (funct7 === 32) return funct3 === 0 ? 'SUB' : funct3 === 5 ? 'SRA' : null
  if (funct7 !== 0) return null
  return isW && funct3 !== 0 && funct3 !== 1 && funct3 !== 5 ? null : ALU[funct3]
}

function entry(
  operation: Operation | null | undefined,
  size: 2 | 4,
  fields: Partial<Instruction>,
): Instruction {
  if (operation === null || operation === undefined) return ILLEGAL
  const { rd = 0, rs1 = 0, rs2 = 0, useImm = false, isW = false, imm = 0 } = fields
  return { operation, rd, rs1, rs2, size, useImm, isW, imm }
}

/**
 * Slot 0 never holds an instruction, so a jump out of the program's space faults there one step
 * later.
 */
function target(pc: number): number {
  return pc >= 0 && pc < PROGRAM_LIMIT ? pc : 0
}

function branchOffset(word: number): number {
  const high = ((word >> 31) << 12) | (((word >>> 7) & 1) << 11)
  return high | (((word >>> 25) & 63) << 5) | (((word >>> 8) & 15) << 1)
}

function jumpOffset(word: number): number {
  const high = ((word >> 31) << 20) | (word & 0xff000)
  return high | (((word >>> 20) & 1) << 11) | (((word >>> 21) & 1023) << 1)
}
