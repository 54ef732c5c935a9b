// Real proofs on a chain, genesis and final, and every public signal forged; for steps of every
// class see stepProofs.sim.ts.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, it } from 'node:test'
import * as Final from '@ambrosia/machine/Final'
import * as Genesis from '@ambrosia/machine/Genesis'
import { INPUT_ADDRESS, OUTPUT_ADDRESS } from '@ambrosia/machine/Layout'
import * as Machine from '@ambrosia/machine/Machine'
import { rootWith } from '@ambrosia/machine/Path'
import { fromElf } from '@ambrosia/machine/Program'
import * as State from '@ambrosia/machine/State'
import type * as Step from '@ambrosia/machine/Step'
import { buildElf } from '@ambrosia/machine/testing/buildElf'
import * as encode from '@ambrosia/machine/testing/encode'
import * as WitnessJson from '@ambrosia/machine/WitnessJson'
import { groth16 } from 'snarkjs'
import type { CircuitName } from '../lib/circuits.ts'
import { endThreads } from '../lib/curve.ts'
import type { CircuitKeys } from '../lib/keys.ts'
import { computeWitness, prove, publicSignals, verify } from '../lib/prove.ts'
import { writeElement } from '../lib/r1cs.ts'
import { toFile } from '../lib/witness.ts'
import { assertEachForgeryRefused } from './assertProven.ts'
import { deployVerifier, type Verifier } from './chain.ts'
import { CLASSES } from './classes.ts'
import { CODE, developmentKeys, inputOf } from './support.ts'

const TOP = 2n ** 64n
let keys: Record<CircuitName, CircuitKeys>
let step: Verifier

before(async () => {
  keys = await developmentKeys()
  step = await deployVerifier(keys.step)
})

after(endThreads)

it('a witness that is forged has no proof that verifies', async () => {
  const witness = computeWitness(keys.step, inputOf(CLASSES[0]?.[1] as Step.Witness))
  const after = publicSignals('step', witness)[2] as bigint
  writeElement(new DataView(witness.buffer), 32 * 3, after + 1n)
  const key = readFileSync(keys.step.provingKey)
  const { proof, publicSignals: signals } = await groth16.prove(key, {
    type: 'mem',
    data: toFile(witness),
  })
  assert.equal(BigInt(signals[2] as string), after + 1n)
  const verificationKey = JSON.parse(readFileSync(keys.step.verificationKey, 'utf8'))
  assert.equal(await groth16.verify(verificationKey, signals, proof), false)
})

it('a proof by another circuit’s key, or with a point moved, is refused', async () => {
  const proof = await prove(keys.step, inputOf(CLASSES[1]?.[1] as Step.Witness))
  assert.equal(await verify(keys.step, proof), true)
  const { a, b, c } = proof.proof
  for (const moved of [
    { a: c, b, c },
    { a, b, c: a },
    { a: [a[1], a[0]] as string[], b, c },
  ]) {
    assert.equal(await step.accepts({ ...proof, proof: moved }), false)
  }
  await assert.rejects(verify(keys.final, proof), { code: 'Circuits.Input' })
})

/** Copies 24 bytes of input to the answer, then halts with a0 = 2^64 - 3. */
function run(): Machine.Machine {
  const words = [
    encode.immediate('addi', 5, 0, 1),
    encode.shift('slli', 6, 5, 31),
    encode.shift('slli', 7, 5, 32),
  ]
  for (const offset of [0, 8, 16]) {
    words.push(encode.immediate('ld', 8, 6, 8 + offset), encode.store('sd', 8, 7, offset))
  }
  words.push(encode.immediate('addi', 10, 0, -3), encode.immediate('addi', 17, 0, 93), encode.ECALL)
  const segments = [
    { address: CODE, data: encode.toBytes(words) },
    { address: 0x20000, data: Uint8Array.from({ length: 700 }, (_, i) => i % 251) },
  ]
  const input = Uint8Array.from({ length: 300 }, (_, i) => (i * 7 + 200) % 256)
  const salt = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
  const inputSalt = Uint8Array.from({ length: 32 }, (_, i) => 3 * i + 1)
  const options = { input, salt, inputSalt, directSizes: [2 ** 18] }
  return Machine.create(fromElf(buildElf(segments, CODE)), options)
}

it('genesis on chain: the first state of a program on an input, and no other', async () => {
  const machine = run()
  const witness = await Machine.genesisWitness(machine)
  const proof = await prove(keys.genesis, WitnessJson.fromGenesis(witness))
  const state = State.hash(Genesis.apply(witness))
  assert.equal(state, await Machine.stateHash(machine))
  const expected = [witness.program.programId, witness.inputRoot, state]
  assert.deepEqual(proof.publicSignals.map(BigInt), expected)
  const verifier = await deployVerifier(keys.genesis)
  assert.equal(await verifier.accepts(proof), true)
  await assertEachForgeryRefused(verifier, proof)
})

it('genesis has no witness for a path, a root or an entry that do not belong together', async () => {
  const good = WitnessJson.fromGenesis(await Machine.genesisWitness(run()))
  const { program, imagePath } = good
  const bad = [
    { ...good, program: { ...program, imageRoot: '0x5' } },
    { ...good, program: { ...program, entry: 2 ** 31 } },
    { ...good, imagePath: imagePath.with(0, (imagePath[0] as string[]).with(3, '0x7')) },
    { ...good, imagePath: imagePath.with(7, (imagePath[7] as string[]).with(1, '0x7')) },
  ]
  for (const input of bad) {
    assert.throws(() => computeWitness(keys.genesis, input), { code: 'Circuits.NoProof' })
  }
})

it('genesis fixes every field: a state that differs in one is not what it proves', async () => {
  const machine = run()
  const witness = await Machine.genesisWitness(machine)
  const [, , proven] = publicSignals(
    'genesis',
    computeWitness(keys.genesis, WitnessJson.fromGenesis(witness)),
  )
  const state = await Machine.state(machine)
  const withByte = async (address: number) => {
    const path = await Machine.memoryPath(machine, address)
    const index = BigInt(Math.floor(address / 16))
    return rootWith(path, index, (path[0]?.[Number(index % 8n)] as bigint) ^ 1n)
  }
  const others: State.State[] = [
    { ...state, pc: state.pc + 2 },
    { ...state, registers: state.registers.with(2, 0n) },
    { ...state, registers: state.registers.with(10, 1n) },
    { ...state, reservation: 1n },
    { ...state, status: 1 },
    // A byte of output, of the program's memory, of the zero regions, of the salt and of the input.
    ...(await Promise.all(
      [OUTPUT_ADDRESS, 0x20800, 2 ** 33, 2 ** 34 - 16, 0, INPUT_ADDRESS + 16].map(
        async (address) => ({
          ...state,
          memoryRoot: await withByte(address),
        }),
      ),
    )),
  ]
  assert.equal(proven, State.hash(state))
  for (const other of others) assert.notEqual(proven, State.hash(other))
})

it('final on chain: exit code and answer of a halted state, and no others', async () => {
  const machine = run()
  Machine.run(machine)
  const witness = await Machine.finalWitness(machine)
  const proof = await prove(keys.final, WitnessJson.fromFinal(witness))
  const { exitValue, answer } = Final.apply(witness)
  const half = (from: number) =>
    BigInt(`0x${Buffer.from(answer.subarray(from, from + 16)).toString('hex')}`)
  const expected = [State.hash(witness.state), exitValue, half(0), half(16)]
  assert.deepEqual(proof.publicSignals.map(BigInt), expected)
  assert.equal(exitValue, TOP - 3n)
  const verifier = await deployVerifier(keys.final)
  assert.equal(await verifier.accepts(proof), true)
  await assertEachForgeryRefused(verifier, proof)
})

it('final of a state that has not halted is of another state', async () => {
  const machine = run()
  const witness = await Machine.finalWitness(machine)
  const input = WitnessJson.fromFinal(witness)
  // The status is a constant of the circuit, so what it proves is the hash of a state that nobody
  // claims.
  const [state] = publicSignals('final', computeWitness(keys.final, input))
  assert.notEqual(state, State.hash(witness.state))
  assert.equal(state, State.hash({ ...witness.state, status: 1 }))
})

it('final has no witness for another line of output or another memory', async () => {
  const machine = run()
  Machine.run(machine)
  const good = WitnessJson.fromFinal(await Machine.finalWitness(machine))
  const [line, ...path] = good.outputPath as [string[], ...string[][]]
  for (const outputPath of [
    [line.with(0, '0x1'), ...path],
    [line.with(7, '0x1'), ...path],
    [...good.outputPath.slice(0, 9), line],
  ]) {
    assert.throws(() => computeWitness(keys.final, { ...good, outputPath }), {
      code: 'Circuits.NoProof',
    })
  }
})
