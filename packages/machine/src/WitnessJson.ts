// Steps as JSON, for vectors, the command line and other implementations: docs/spec/machine.md,
// section 10.

import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { ProgramCommitment } from './Commitment.ts'
import type * as Final from './Final.ts'
import type * as Genesis from './Genesis.ts'
import { type Instruction, OPERATIONS, type Operation } from './Instruction.ts'
import type { Path } from './Path.ts'
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

export type ProgramJson = {
  programRoot: string
  imageRoot: string
  registersHash: string
  entry: number
  programId: string
}

export type GenesisJson = {
  program: ProgramJson
  salt: string
  inputRoot: string
  imagePath: string[][]
}

export type FinalJson = { state: StateJson; outputPath: string[][] }

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
    programPath: fromPath(witness.programPath),
    memoryPath: fromPath(witness.memoryPath),
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
    programPath: toPath(json.programPath),
    memoryPath: toPath(json.memoryPath),
  }
}

export function fromProgram(program: ProgramCommitment): ProgramJson {
  const { programRoot, imageRoot, registersHash, entry, programId } = program
  return {
    programRoot: toText(programRoot),
    imageRoot: toText(imageRoot),
    registersHash: toText(registersHash),
    entry,
    programId: toText(programId),
  }
}

/** @throws Witness.Json */
export function toProgram(json: ProgramJson): ProgramCommitment {
  return {
    programRoot: toNumber(json.programRoot),
    imageRoot: toNumber(json.imageRoot),
    registersHash: toNumber(json.registersHash),
    entry: json.entry,
    programId: toNumber(json.programId),
  }
}

export function fromGenesis(witness: Genesis.Witness): GenesisJson {
  return {
    program: fromProgram(witness.program),
    salt: toHex(witness.salt),
    inputRoot: toText(witness.inputRoot),
    imagePath: fromPath(witness.imagePath),
  }
}

/** @throws Witness.Json */
export function toGenesis(json: GenesisJson): Genesis.Witness {
  if (!/^0x[0-9a-f]{64}$/.test(json.salt)) throw new WitnessJsonError('has a salt of other length')
  return {
    program: toProgram(json.program),
    salt: fromHex(json.salt),
    inputRoot: toNumber(json.inputRoot),
    imagePath: toPath(json.imagePath),
  }
}

export function fromFinal(witness: Final.Witness): FinalJson {
  return { state: fromState(witness.state), outputPath: fromPath(witness.outputPath) }
}

/** @throws Witness.Json */
export function toFinal(json: FinalJson): Final.Witness {
  return { state: toState(json.state), outputPath: toPath(json.outputPath) }
}

function fromPath(path: Path): string[][] {
  return path.map((children) => children.map(toText))
}

function toPath(path: string[][]): Path {
  return path.map((children) => children.map(toNumber))
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
