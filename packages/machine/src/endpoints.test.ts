// The first and the last link of a run: witnesses of the first state and of what a halted state
// says.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as Final from './Final.ts'
import * as Genesis from './Genesis.ts'
import { INPUT_ADDRESS, OUTPUT_ADDRESS } from './Layout.ts'
import * as Machine from './Machine.ts'
import { breakOf } from './Path.ts'
import { fromElf } from './Program.ts'
import * as State from './State.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import * as WitnessJson from './WitnessJson.ts'

const CODE = 0x10000
const salt = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
const inputSalt = Uint8Array.from({ length: 32 }, (_, i) => 3 * i + 1)

/** Copies the first 24 bytes of input to the answer, then halts with a0 = 0x2a. */
function load() {
  const words = [
    encode.immediate('addi', 5, 0, 1),
    encode.shift('slli', 6, 5, 31),
    encode.shift('slli', 7, 5, 32),
  ]
  for (const offset of [0, 8, 16]) {
    words.push(encode.immediate('ld', 8, 6, 8 + offset), encode.store('sd', 8, 7, offset))
  }
  words.push(
    encode.immediate('addi', 10, 0, 0x2a),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  )
  const data = Uint8Array.from({ length: 500 }, (_, i) => i % 251)
  const elf = buildElf(
    [
      { address: CODE, data: encode.toBytes(words) },
      { address: 0x20000, data },
    ],
    CODE,
  )
  const input = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256)
  return Machine.create(fromElf(elf), { input, salt, inputSalt })
}

it('the genesis witness gives the machine’s first state, from wherever the machine is', async () => {
  const machine = load()
  const first = await Machine.stateHash(machine)
  Machine.run(machine)
  const witness = await Machine.genesisWitness(machine)
  assert.equal(State.hash(Genesis.apply(witness)), first)
  const copy = WitnessJson.toGenesis(JSON.parse(JSON.stringify(WitnessJson.fromGenesis(witness))))
  assert.equal(State.hash(Genesis.apply(copy)), first)
})

it('a program and an input without salts have a first state too', async () => {
  const machine = Machine.create(load().program)
  const witness = await Machine.genesisWitness(machine)
  assert.equal(State.hash(Genesis.apply(witness)), await Machine.stateHash(machine))
})

it('a genesis witness that does not fit its roots is refused', async () => {
  const good = await Machine.genesisWitness(load())
  const { program, imagePath } = good
  const path = imagePath.map((list, level) =>
    level === 3 ? list.map((node, i) => (i === 2 ? node + 1n : node)) : list,
  )
  const bad: Partial<Genesis.Witness>[] = [
    { imagePath: path },
    { imagePath: imagePath.slice(1) },
    { salt: new Uint8Array(31) },
    { program: { ...program, programId: program.programId + 1n } },
    { program: { ...program, entry: program.entry + 2 } },
    { program: { ...program, imageRoot: program.imageRoot + 1n } },
    { program: { ...program, registersHash: 1n } },
  ]
  for (const change of bad) {
    assert.throws(() => Genesis.apply({ ...good, ...change }), { code: 'Genesis.Witness' })
  }
  const other = State.hash(Genesis.apply({ ...good, inputRoot: good.inputRoot + 1n }))
  assert.notEqual(other, State.hash(Genesis.apply(good)))
})

it('the final witness says exit value and answer', async () => {
  const machine = load()
  Machine.run(machine)
  const witness = await Machine.finalWitness(machine)
  const expected = { exitValue: 0x2an, answer: Machine.answer(machine) }
  assert.deepEqual(Final.apply(witness), expected)
  assert.equal(expected.answer[1], 7)
  const copy = WitnessJson.toFinal(JSON.parse(JSON.stringify(WitnessJson.fromFinal(witness))))
  assert.deepEqual(Final.apply(copy), expected)
})

it('a final witness of a running state, or with another path, is refused', async () => {
  const machine = load()
  const running = await Machine.finalWitness(machine)
  assert.throws(() => Final.apply(running), { code: 'Final.Witness' })
  Machine.run(machine)
  const { state, outputPath } = await Machine.finalWitness(machine)
  const elsewhere = await Machine.memoryPath(machine, OUTPUT_ADDRESS + 128)
  assert.throws(() => Final.apply({ state, outputPath: elsewhere }), { code: 'Final.Witness' })
  const changed = outputPath.map((list, level) =>
    level === 0 ? list.map((chunk) => chunk + 1n) : list,
  )
  assert.throws(() => Final.apply({ state, outputPath: changed }), { code: 'Final.Witness' })
})

it('there is a path to every address, touched or not', async () => {
  const machine = load()
  Machine.run(machine)
  const { memoryRoot } = await Machine.state(machine)
  for (const address of [
    0,
    0x20010,
    0x3000000,
    INPUT_ADDRESS + 100,
    OUTPUT_ADDRESS + 8,
    2 ** 34 - 1,
  ]) {
    const path = await Machine.memoryPath(machine, address)
    const index = BigInt(Math.floor(address / 16))
    const chunk = path[0]?.[Number(index % 8n)] as bigint
    const bytes = Machine.read(machine, address - (address % 16), 16)
    const high = new DataView(bytes.buffer).getBigUint64(8, true)
    assert.equal(chunk >> 64n, high)
    assert.equal(breakOf(path, 10, index, chunk, memoryRoot), undefined)
    assert.equal(breakOf(path, 10, index, chunk + 1n, memoryRoot), 0)
    assert.equal(breakOf(path, 10, index, chunk, memoryRoot + 1n), 10)
  }
  for (const address of [-1, 2 ** 34, 0.5, Number.NaN]) {
    await assert.rejects(Machine.memoryPath(machine, address), { code: 'Machine.Address' })
  }
})
