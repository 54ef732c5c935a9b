// Steps as JSON, for vectors, the command line and other implementations: docs/spec/machine.md, section 10.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Instruction, OPERATIONS, type Operation } from './Instruction.ts'
import type { State } from './State.ts'
import type { Witness } from './Step.ts'

/** Numbers above 32 bits are 0x-hexadecimal strings without leading zeros. */
export type StateJson = {
  pc: number
  registers: string[]
  memoryRoot: string
  reservation: string
  status: number
}

export type InstructionJson = Omit<Instruction, 'imm'> & { imm: string }

export type WitnessJson = {
  state: StateJson
  programRoot: string
  instruction: InstructionJson
  programPath: string[][]
  memoryPath: string[][]
}

export function fromState(state: State): StateJson {
  return {
    pc: state.pc,
    registers: state.registers.map(toText),
    memoryRoot: toText(state.memoryRoot),
    reservation: toText(state.reservation),
    status: state.status,
  }
}

/** @throws Witness.Json */
export function toState(json: StateJson): State {
  if (json.registers.length !== 32) throw new WitnessJsonError('needs 32 registers')
  return {
    pc: json.pc,
    registers: json.registers.map(toNumber),
    memoryRoot: toNumber(json.memoryRoot),
    reservation: toNumber(json.reservation),
    status: json.status,
  }
}

export function fromWitness(witness: Witness): WitnessJson {
  const { instruction } = witness
  return {
    state: fromState(witness.state),
    programRoot: toText(witness.programRoot),
    instruction: { ...instruction, imm: toText(BigInt.asUintN(64, BigInt(instruction.imm))) },
    programPath: witness.programPath.map((children) => children.map(toText)),
    memoryPath: witness.memoryPath.map((children) => children.map(toText)),
  }
}

/** @throws Witness.Json */
export function toWitness(json: WitnessJson): Witness {
  const operation = OPERATIONS.find((name) => name === json.instruction.operation)
  if (operation === undefined) throw new WitnessJsonError('names an unknown operation')
  const imm = Number(BigInt.asIntN(64, toNumber(json.instruction.imm)))
  return {
    state: toState(json.state),
    programRoot: toNumber(json.programRoot),
    instruction: { ...json.instruction, operation: operation as Operation, imm },
    programPath: json.programPath.map((children) => children.map(toNumber)),
    memoryPath: json.memoryPath.map((children) => children.map(toNumber)),
  }
}

function toText(value: bigint): string {
  return `0x${value.toString(16)}`
}

function toNumber(text: string): bigint {
  if (!/^0x[0-9a-f]{1,64}$/.test(text)) throw new WitnessJsonError('needs 0x-hexadecimal numbers')
  return BigInt(text)
}

export class WitnessJsonError extends AmbrosiaError {
  constructor(what: string) {
    super('Witness.Json', `the witness ${what}`)
  }
}
