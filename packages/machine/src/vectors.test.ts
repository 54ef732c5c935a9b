// What stands in vectors/machine holds for the reference step. That the files are what their
// scripts give is checked by `scripts/vectors.ts --check` and `scripts/buildWasm.ts --check`, which
// `npm run check` runs.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import * as Commitment from './Commitment.ts'
import * as Instruction from './Instruction.ts'
import * as Machine from './Machine.ts'
import * as Poseidon from './Poseidon.ts'
import { fromElf } from './Program.ts'
import * as State from './State.ts'
import * as Step from './Step.ts'
import * as WitnessJson from './WitnessJson.ts'

type CompactWitness = Omit<WitnessJson.WitnessJson, 'programPath' | 'memoryPath'> & {
  programPath: (string | null)[][]
  memoryPath: (string | null)[][]
}

function read(name: string) {
  return JSON.parse(
    readFileSync(new URL(`../../../vectors/machine/${name}.json`, import.meta.url), 'utf8'),
  )
}

function toWitness(json: CompactWitness, zeros: readonly string[]): Step.Witness {
  const fill = (path: (string | null)[][]) =>
    path.map((children, level) => children.map((value) => value ?? (zeros[level] as string)))
  return WitnessJson.toWitness({
    ...json,
    programPath: fill(json.programPath),
    memoryPath: fill(json.memoryPath),
  })
}

it('every step of the vectors leads to its next state, every altered witness is refused', () => {
  const { zeros, valid, invalid } = read('steps')
  const operations = new Set<string>()
  for (const { name, witness, stateHash, after, afterHash } of valid) {
    const parsed = toWitness(witness, zeros)
    operations.add(parsed.instruction.operation)
    assert.equal(State.hash(parsed.state), BigInt(stateHash), name)
    const next = Step.apply(parsed)
    assert.deepEqual(WitnessJson.fromState(next), after, name)
    assert.equal(State.hash(next), BigInt(afterHash), name)
  }
  assert.deepEqual([...operations].sort(), [...Instruction.OPERATIONS].sort())
  for (const { name, witness, code } of invalid) {
    assert.throws(() => Step.apply(toWitness(witness, zeros)), { code }, name)
  }
})

it('instructions of the vectors decode to their leaves', () => {
  const { valid, invalid } = read('decode')
  for (const { pc, bytes, leaf } of [...valid, ...invalid]) {
    const code = Buffer.from(bytes, 'hex')
    const high = code.length === 4 ? code.readUInt16LE(2) : undefined
    const entry = Instruction.decode(pc, code.readUInt16LE(0), high)
    assert.equal(Instruction.toLeaf(entry), BigInt(leaf), bytes)
  }
})

it('programs of the vectors have their ids and states', async () => {
  for (const vector of read('programs').valid) {
    const elf = readFileSync(new URL(`../../../${vector.elf}`, import.meta.url))
    const { excludeCodeFromMemory } = vector
    const program = fromElf(elf, { excludeCodeFromMemory })
    const salt = Buffer.from(vector.salt, 'hex')
    const input = Buffer.from(vector.input, 'hex')
    assert.equal((await Commitment.fromProgram(program)).programId, BigInt(vector.programId))
    assert.equal(await Commitment.inputRoot(input, salt), BigInt(vector.inputRoot))
    const machine = Machine.create(program, { input, salt, inputSalt: salt })
    const hashes = await Machine.stateHashes(machine, vector.points.map(BigInt))
    assert.deepEqual(hashes, vector.stateHashes.map(BigInt))
  }
})

it('hashes of the vectors hold', () => {
  const { valid, invalid } = read('poseidon')
  for (const { inputs, hash } of valid) {
    assert.equal(Poseidon.hash(inputs.map(BigInt)), BigInt(hash))
  }
  for (const { inputs } of invalid) {
    assert.throws(() => Poseidon.hash(inputs.map(BigInt)), RangeError)
  }
})
