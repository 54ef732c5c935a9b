// From what the machine writes as JSON (docs/spec/machine.md, section 10) to the private signals of
// the circuits.

import { CircuitError } from './errors.ts'
import { FIELD_ORDER } from './r1cs.ts'
import type { Signals } from './witness.ts'

/** Numbers above 32 bits are 0x-hexadecimal. */
type Numeric = string | number
type State = {
  pc: number
  registers: string[]
  memoryRoot: string
  reservation: string
  status: number
}
type Program = { programRoot: string; imageRoot: string; registersHash: string; entry: number }
type Instruction = {
  operation: string
  rd: number
  rs1: number
  rs2: number
  size: number
  useImm: boolean
  isW: boolean
  imm: string
}

export type StepInput = {
  program: Program
  witness: {
    state: State
    instruction: Instruction
    programPath: string[][]
    memoryPath: string[][]
  }
}
export type GenesisInput = {
  program: Program
  salt: string
  inputRoot: string
  imagePath: string[][]
}
export type FinalInput = { state: State; outputPath: string[][] }

/** Numbers of the operations, as in docs/spec/machine.md, section 3.1. */
const OPERATIONS = [
  ...['ILLEGAL', 'ADD', 'SUB', 'AND', 'OR', 'XOR', 'SLT', 'SLTU', 'SLL', 'SRL', 'SRA'],
  ...['MUL', 'MULH', 'MULHSU', 'MULHU', 'DIV', 'DIVU', 'REM', 'REMU'],
  ...['BEQ', 'BNE', 'BLT', 'BGE', 'BLTU', 'BGEU', 'JAL', 'JALR'],
  ...['LB', 'LH', 'LW', 'LD', 'LBU', 'LHU', 'LWU', 'SB', 'SH', 'SW', 'SD', 'LR', 'SC'],
  ...['AMOSWAP', 'AMOADD', 'AMOXOR', 'AMOAND', 'AMOOR', 'AMOMIN', 'AMOMAX', 'AMOMINU', 'AMOMAXU'],
  'ECALL',
]
const U64 = 2n ** 64n

/** @throws Circuits.Input */
export function stepSignals({ program, witness }: StepInput): Signals {
  return guard(() => {
    const { state, instruction, programPath, memoryPath } = witness
    const registers = registersOf(state)
    const isIllegal = instruction.operation === 'ILLEGAL'
    const operation = OPERATIONS.indexOf(instruction.operation)
    const address = addressOf(instruction, registers)
    const chunk = number(memoryPath[0]?.[Number((address >> 4n) % 8n)])
    const [low, high] = [chunk % U64, chunk / U64]
    const isHigh = (address & 8n) !== 0n
    return {
      ...stateSignals(state),
      slot: text(BigInt(state.pc) / 2n),
      status: text(state.status),
      programRoot: text(program.programRoot),
      imageRoot: text(program.imageRoot),
      registersHash: text(program.registersHash),
      entry: text(program.entry),
      operation: text(operation),
      rd: text(instruction.rd),
      rs1: text(instruction.rs1),
      rs2: text(instruction.rs2),
      // An illegal entry has leaf 0, whatever its size.
      isLong: text(!isIllegal && instruction.size === 4 ? 1 : 0),
      useImm: text(instruction.useImm ? 1 : 0),
      isW: text(instruction.isW ? 1 : 0),
      imm: text(instruction.imm),
      programPath: children(programPath, 10),
      word: text(isHigh ? high : low),
      otherWord: text(isHigh ? low : high),
      memoryPath: children(memoryPath, 10),
    }
  })
}

/** @throws Circuits.Input */
export function genesisSignals({ program, salt, inputRoot, imagePath }: GenesisInput): Signals {
  return guard(() => {
    if (!/^0x[0-9a-f]{64}$/.test(salt)) throw new TypeError('the salt is not 32 bytes')
    const bytes = Buffer.from(salt.slice(2), 'hex')
    const chunk = (at: number) => bytes.readBigUInt64LE(at) + U64 * bytes.readBigUInt64LE(at + 8)
    return {
      programRoot: text(program.programRoot),
      imageRoot: text(program.imageRoot),
      entrySlot: text(BigInt(program.entry) / 2n),
      salt: [text(chunk(0)), text(chunk(16))],
      givenInputRoot: text(inputRoot),
      siblings: children(imagePath, 8).map((list) => list.slice(1)),
    }
  })
}

/** @throws Circuits.Input */
export function finalSignals({ state, outputPath }: FinalInput): Signals {
  return guard(() => {
    const path = children(outputPath, 10)
    return {
      ...stateSignals(state),
      pc: text(state.pc),
      line: path[0],
      siblings: path.slice(1, 9).map((list) => list.slice(1)),
      children: path[9]?.filter((_, place) => place !== 2),
    }
  })
}

function stateSignals(state: State): Signals {
  const slots = registersOf(state)
  const words = Array.from({ length: 11 }, (_, word) => {
    const slot = (index: number) => slots[3 * word + index] ?? 0n
    return text(slot(0) + slot(1) * U64 + slot(2) * U64 * U64)
  })
  return { words, memoryRoot: text(state.memoryRoot), reservation: text(state.reservation) }
}

function registersOf({ registers }: State): bigint[] {
  if (registers.length !== 32) throw new TypeError('a state has 32 registers')
  return registers.map(number)
}

/** The address that a step touches memory at; 0 where its operation has none. */
function addressOf(
  { operation, useImm, rs1, imm }: Instruction,
  registers: readonly bigint[],
): bigint {
  if (!/^(L[BHWD]U?|S[BHWD]|LR|SC|AMO.*)$/.test(operation)) return 0n
  const base = registers[rs1] ?? 0n
  return BigInt.asUintN(64, useImm ? base + number(imm) : base)
}

function children(path: string[][], levels: number): string[][] {
  if (path.length !== levels || path.some((list) => list.length !== 8)) {
    throw new TypeError(`a path needs ${levels} lists of eight children`)
  }
  return path.map((list) => list.map(text))
}

function number(value: Numeric | bigint | undefined): bigint {
  if (typeof value === 'string' && !/^0x[0-9a-f]{1,64}$/.test(value)) {
    throw new TypeError('numbers are 0x-hexadecimal')
  }
  const result = BigInt(value as Numeric)
  if (result < 0n || result >= FIELD_ORDER) throw new TypeError('a number is outside the field')
  return result
}

function text(value: Numeric | bigint): string {
  return number(value).toString()
}

/** What is not of the documented form is the caller's mistake, wherever it is met. */
function guard(convert: () => Signals): Signals {
  try {
    return convert()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const hint = 'Send the JSON that docs/spec/machine.md, section 10 describes.'
    throw new CircuitError('Circuits.Input', `the witness is malformed: ${why}`, hint, cause)
  }
}
