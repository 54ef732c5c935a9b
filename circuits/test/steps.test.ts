// The step circuit against the reference step: on every vector, on random programs, and at every
// edge. Each of these is a state that a run can reach, so each must have a witness: where one had
// none, the honest side of a dispute would lose.

import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import * as Instruction from '@ambrosia/machine/Instruction'
import * as Machine from '@ambrosia/machine/Machine'
import { fromElf } from '@ambrosia/machine/Program'
import * as Snapshot from '@ambrosia/machine/Snapshot'
import * as State from '@ambrosia/machine/State'
import { buildElf } from '@ambrosia/machine/testing/buildElf'
import * as encode from '@ambrosia/machine/testing/encode'
import { createRandom } from '@ambrosia/machine/testing/random'
import { CODE_ADDRESS, randomCode, randomRegisters } from '@ambrosia/machine/testing/randomProgram'
import * as WitnessJson from '@ambrosia/machine/WitnessJson'
import type { CircuitKeys } from '../lib/keys.ts'
import { computeWitness, publicSignals } from '../lib/prove.ts'
import {
  type Before,
  CODE,
  developmentKeys,
  differenceOf,
  inputOf,
  stepVectors,
  witnessOf,
} from './support.ts'

const [RD, RS1, RS2] = [5, 6, 7]
const TOP = 2n ** 64n
let step: CircuitKeys

before(async () => {
  step = (await developmentKeys()).step
})

function decode(word: number, pc: number = CODE): Instruction.Instruction {
  return Instruction.decode(pc, word & 0xffff, word >>> 16)
}

function operands(a: bigint, b: bigint): bigint[] {
  return Array.from({ length: 32 }, (_, i) =>
    i === 0 ? 0n : i === RS1 ? a : i === RS2 ? b : BigInt(i) * 0x0101010101010101n,
  )
}

function check(name: string, word: number, state: Before): void {
  const witness = witnessOf(decode(word, state.pc), state)
  assert.equal(differenceOf(step, witness), undefined, name)
}

it('every step of the vectors', () => {
  for (const { name, witness, stateHash, afterHash } of stepVectors().valid) {
    const input = inputOf(WitnessJson.toWitness(witness))
    const [, first, second] = publicSignals('step', computeWitness(step, input))
    assert.equal(first, BigInt(stateHash), name)
    assert.equal(second, BigInt(afterHash), name)
  }
})

it('no witness for what the reference refuses', () => {
  for (const { name, witness } of stepVectors().invalid) {
    const input = inputOf(WitnessJson.toWitness(witness))
    assert.throws(() => computeWitness(step, input), { code: 'Circuits.NoProof' }, name)
  }
})

it('steps of random programs', async () => {
  const random = createRandom(20260)
  for (let run = 0; run < 12; run++) {
    const code = randomCode(random, 60)
    const program = fromElf(buildElf([{ address: CODE_ADDRESS, data: code }], CODE_ADDRESS))
    const machine = Machine.create(program, { engine: 'interpreter', directSizes: [2 ** 18] })
    const snapshot = Snapshot.take(machine)
    const start = { ...snapshot, registers: randomRegisters(random) }
    Snapshot.restore(machine, start)
    Machine.run(machine, 5000n)
    const last = Machine.steps(machine)
    Snapshot.restore(machine, start)
    const points = Array.from({ length: 6 }, () => BigInt(random.below(Number(last)))).sort(
      (a, b) => Number(a - b),
    )
    for (const point of [...points, last]) {
      const witness = await Machine.witness(machine, point)
      assert.equal(differenceOf(step, witness), undefined, `program ${run}, step ${point}`)
    }
  }
})

it('every register as operand and result', () => {
  const registers = Array.from({ length: 32 }, (_, i) => (i === 0 ? 0n : TOP - BigInt(i)))
  for (let index = 0; index < 32; index++) {
    check(`x${index}`, encode.register('sub', index, index, 31 - index), { registers })
  }
})

it('a step at the first and last slots of the table, and where there is no code', () => {
  const add = encode.register('add', RD, RS1, RS2)
  for (const pc of [0, 2, CODE, 2 ** 31 - 8, 2 ** 31 - 4]) {
    check(`add at ${pc}`, add, {
      pc: pc === 2 ** 31 - 4 ? 2 ** 31 - 8 : pc,
      registers: operands(1n, 2n),
    })
    check(`nothing at ${pc}`, 0, { pc, registers: operands(1n, 2n) })
  }
  check('nothing at the last slot', 0, { pc: 2 ** 31 - 2 })
})

it('a state that halted or faulted steps to itself, whatever its instruction', () => {
  const words = [0, encode.ECALL, encode.EBREAK, encode.register('div', RD, RS1, RS2)]
  words.push(encode.store('sd', RS2, RS1, 0), encode.atomic('lr', false, RD, RS1, 0))
  for (const status of [1, 2]) {
    for (const word of words) {
      for (const a of [0n, 0x20000n, 2n ** 34n]) {
        const state = { registers: operands(a, 9n), status, reservation: 77n, chunk: 5n }
        const witness = witnessOf(decode(word), state)
        const [, first, second] = publicSignals('step', computeWitness(step, inputOf(witness)))
        assert.equal(first, second)
        assert.equal(first, State.hash(witness.state))
      }
    }
  }
})
