// What the tests of the circuits share: steps of the machine as inputs of the circuit, made without
// running a machine.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Instruction, numberOf, toLeaf } from '@ambrosia/machine/Instruction'
import { rootWith } from '@ambrosia/machine/Path'
import * as Poseidon from '@ambrosia/machine/Poseidon'
import * as State from '@ambrosia/machine/State'
import * as Step from '@ambrosia/machine/Step'
import * as WitnessJson from '@ambrosia/machine/WitnessJson'
import { compile, type Source } from '../lib/compile.ts'
import type { StepInput } from '../lib/inputs.ts'
import { type CircuitKeys, ensureKeys } from '../lib/keys.ts'
import { computeWitness, publicSignals } from '../lib/prove.ts'
import {
  type Calculator,
  createCalculator,
  type Signals,
  valueAt,
  type Witness,
} from '../lib/witness.ts'

export const CODE = 0x10000

/** The nodes of all-zero subtrees by height, 0 a leaf. */
export const ZEROS: readonly bigint[] = Array.from({ length: 10 }).reduce<bigint[]>(
  (nodes) => [...nodes, Poseidon.hash(Array<bigint>(8).fill(nodes.at(-1) as bigint))],
  [0n],
)

/** A state and what the step reads beside it; what is left out is zero. */
export type Before = {
  pc?: number
  registers?: readonly bigint[]
  reservation?: bigint
  status?: number
  /** The chunk at the address that the step touches. */
  chunk?: bigint
}

/**
 * The witness of a step in a machine whose table holds one instruction and whose memory holds one
 * chunk.
 */
export function witnessOf(instruction: Instruction, before: Before = {}): Step.Witness {
  const { pc = CODE, reservation = 0n, status = 0, chunk = 0n } = before
  const registers = before.registers ?? Array<bigint>(32).fill(0n)
  const slot = BigInt(pc) / 2n
  const index = BigInt(Step.chunkAddress(instruction, registers)) / 16n
  const program = pathOf(slot, toLeaf(instruction))
  const memory = pathOf(index, chunk)
  return {
    state: { pc, registers, memoryRoot: memory.root, reservation, status },
    programRoot: program.root,
    instruction,
    programPath: program.path,
    memoryPath: memory.path,
  }
}

/** A tree that holds one leaf, all others zero. */
function pathOf(index: bigint, leaf: bigint): { path: bigint[][]; root: bigint } {
  const path: bigint[][] = []
  let node = leaf
  for (let level = 0; level < 10; level++) {
    const children = Array<bigint>(8).fill(ZEROS[level] as bigint)
    children[Number((index >> BigInt(3 * level)) % 8n)] = node
    path.push(children)
    node = Poseidon.hash(children)
  }
  return { path, root: rootWith(path, index, leaf) }
}

/**
 * What a program id is made of beside the table. The numbers mean nothing: the circuit only hashes
 * them.
 */
const PARTS = { imageRoot: 12345n, registersHash: 67890n, entry: CODE }

export function programIdOf(programRoot: bigint): bigint {
  const { imageRoot, registersHash, entry } = PARTS
  const version = BigInt(State.VERSION)
  return Poseidon.hash([programRoot, imageRoot, registersHash, BigInt(entry), version])
}

export function inputOf(witness: Step.Witness): StepInput {
  const programId = programIdOf(witness.programRoot)
  const program = { ...PARTS, programRoot: witness.programRoot, programId }
  return {
    program: WitnessJson.fromProgram(program),
    witness: WitnessJson.fromWitness(witness),
  }
}

/** A template as a circuit of its own, with changes to its text where they are given. */
export async function calculatorOf(
  template: string,
  parameters: readonly number[] = [],
  edit?: (name: string, text: string) => string,
): Promise<Calculator> {
  const source = {
    template,
    parameters,
    optimisation: 'O1',
    ...(edit === undefined ? {} : { edit }),
  }
  return createCalculator((await compile(source as Source)).wasm)
}

/** The inputs of Execute for a step, whose paths and hashes it does not look at. */
export function executeSignals(instruction: Instruction, before: Before): Signals {
  const { pc = CODE, reservation = 0n, chunk = 0n } = before
  const registers = before.registers ?? Array<bigint>(32).fill(0n)
  const { operation, rs1, rs2, size, useImm, isW, imm } = instruction
  const memory = /^(L[BHWD]U?|S[BHWD]|LR|SC|AMO.*)$/.test(operation)
  const address = (registers[rs1] as bigint) + (useImm ? BigInt(imm) : 0n)
  const isHigh = memory && (address & 8n) !== 0n
  const halves = [chunk % 2n ** 64n, chunk >> 64n]
  return {
    operation: numberOf(operation),
    isLong: operation !== 'ILLEGAL' && size === 4 ? 1 : 0,
    useImm: useImm ? 1 : 0,
    isW: isW ? 1 : 0,
    imm: BigInt.asUintN(64, BigInt(imm)),
    pc,
    first: registers[rs1],
    second: registers[rs2],
    reservation,
    word: halves[isHigh ? 1 : 0],
    otherWord: halves[isHigh ? 0 : 1],
  }
}

/** The outputs of Execute, in the order of its template. */
export function executeOutputs(witness: Witness): Record<string, bigint> {
  const place = Array.from({ length: 30 }, (_, i) => valueAt(witness, 1 + i) << BigInt(i))
  const names = ['chunk', 'chunkNew', 'isWriting', 'value', 'pc', 'reservation', 'status']
  return {
    place: place.reduce((sum, bit) => sum + bit),
    ...Object.fromEntries(names.map((name, i) => [name, valueAt(witness, 31 + i)])),
  }
}

/** What Execute should put out, by the reference. */
export function expectedOutputs(instruction: Instruction, before: Before): Record<string, bigint> {
  const { pc = CODE, reservation = 0n, chunk = 0n } = before
  const registers = before.registers ?? Array<bigint>(32).fill(0n)
  const effect = Step.effectOf(instruction, { pc, registers, reservation }, chunk)
  const stopped = { pc: BigInt(pc), chunkNew: chunk, isWriting: 0n, reservation }
  const place = BigInt(Step.chunkAddress(instruction, registers) / 16)
  if (effect === 'fault') return { place, chunk, ...stopped, status: 2n }
  if (effect === 'halt') return { place, chunk, ...stopped, status: 1n }
  return {
    place,
    chunk,
    chunkNew: effect.chunk ?? chunk,
    isWriting: effect.rd === undefined ? 0n : 1n,
    ...(effect.rd === undefined ? {} : { value: effect.rd }),
    pc: BigInt(effect.pc),
    reservation: effect.reservation ?? reservation,
    status: 0n,
  }
}

/**
 * The difference between the circuit and the reference on a step, as text; undefined where they
 * agree.
 */
export function differenceOf(keys: CircuitKeys, witness: Step.Witness): string | undefined {
  const [programId, before, after] = publicSignals('step', computeWitness(keys, inputOf(witness)))
  if (programId !== programIdOf(witness.programRoot)) return 'another program id'
  if (before !== State.hash(witness.state)) return 'another state before'
  return after === State.hash(Step.apply(witness)) ? undefined : 'another state after'
}

type Vector = {
  name: string
  witness: WitnessJson.WitnessJson
  stateHash: string
  afterHash: string
}

/** The steps of `vectors/machine`, with the nodes of zero subtrees put in. */
export function stepVectors(): { valid: Vector[]; invalid: Vector[] } {
  const file = join(import.meta.dirname, '../../vectors/machine/steps.json')
  const { zeros, valid, invalid } = JSON.parse(readFileSync(file, 'utf8'))
  const fill = (path: (string | null)[][]) =>
    path.map((children, level) => children.map((child) => child ?? zeros[level]))
  const whole = (vectors: Vector[]) =>
    vectors.map((vector) => {
      const { programPath, memoryPath } = vector.witness
      const paths = { programPath: fill(programPath), memoryPath: fill(memoryPath) }
      return { ...vector, witness: { ...vector.witness, ...paths } }
    })
  return { valid: whole(valid), invalid: whole(invalid) }
}

let keys: ReturnType<typeof ensureKeys> | undefined

/** Development keys, made once for all tests of a run and kept for later runs. */
export function developmentKeys(): ReturnType<typeof ensureKeys> {
  keys ??= ensureKeys({ progress: (step) => process.stderr.write(`circuits  ${step}\n`) })
  return keys
}
