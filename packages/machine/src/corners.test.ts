// Every operation on every pair of corner operands: interpreter and translated code against the
// reference step.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { registerView, setReservation } from './internal/engine.ts'
import { writeMemory } from './internal/engineMemory.ts'
import { translateFrom } from './internal/translator.ts'
import * as Machine from './Machine.ts'
import { fromElf, instructionAt } from './Program.ts'
import * as Step from './Step.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import { CORNERS } from './testing/random.ts'

const CODE = 0x10000
const DATA = 0x20000
const [RD, RS1, RS2] = [5, 6, 7]

/** Each word is followed by a jump to itself, so that it is a translated block of its own. */
function load(words: readonly number[]) {
  const code = encode.toBytes(words.flatMap((word) => [word, encode.jal(0, 0)]))
  const program = fromElf(buildElf([{ address: CODE, data: code }], CODE))
  const interpreted = Machine.create(program, { engine: 'interpreter', directSizes: [2 ** 18] })
  const translated = Machine.create(program, { directSizes: [2 ** 18] })
  for (let i = 0; i < words.length; i++) {
    if (translated.translator !== undefined) translateFrom(translated.translator, CODE + 8 * i)
  }
  return { program, machines: [interpreted, translated] }
}

type Before = { a: bigint; b: bigint; reservation?: bigint; memory?: [number, bigint] }

/** Takes the step of word `index` on both engines and compares it with the reference. */
function check(loaded: ReturnType<typeof load>, index: number, before: Before): void {
  const pc = CODE + 8 * index
  const { a, b, reservation = 0n, memory } = before
  const instruction = instructionAt(loaded.program, pc)
  const registers = Array.from({ length: 32 }, (_, i) =>
    i === 0 ? 0n : i === RS1 ? a : i === RS2 ? b : 9n,
  )
  const address = Step.chunkAddress(instruction, registers)
  const chunk = memory === undefined ? 0n : memory[1]
  const effect = Step.effectOf(instruction, { pc, registers, reservation }, chunk)
  for (const machine of loaded.machines) {
    const { exports } = machine.engine
    registerView(machine.engine).set(registers)
    exports.setPc(pc)
    exports.setSteps(0n)
    exports.setStatus(0)
    setReservation(machine.engine, reservation)
    if (memory !== undefined) writeChunk(machine, memory[0], memory[1])
    Machine.run(machine, 1n)
    const name = `${machine.options.engine ?? 'translator'}: ${instruction.operation}${instruction.isW ? 'W' : ''} ${JSON.stringify([a, b].map(String))}`
    if (effect === 'fault' || effect === 'halt') {
      assert.equal(Machine.status(machine), effect === 'fault' ? 'faulted' : 'halted', name)
      assert.equal(Machine.pc(machine), pc, name)
      assert.deepEqual(Machine.registers(machine), registers, name)
      continue
    }
    const expected = [...registers]
    if (effect.rd !== undefined && instruction.rd !== 0) expected[instruction.rd] = effect.rd
    assert.equal(Machine.pc(machine), effect.pc, name)
    assert.deepEqual(Machine.registers(machine), expected, name)
    if (memory !== undefined && address === memory[0]) {
      assert.equal(readChunk(machine, memory[0]), effect.chunk ?? chunk, name)
    }
  }
}

function writeChunk(machine: Machine.Machine, address: number, value: bigint): void {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, value & (2n ** 64n - 1n), true)
  view.setBigUint64(8, value >> 64n, true)
  writeMemory(machine.engine, address, bytes)
}

function readChunk(machine: Machine.Machine, address: number): bigint {
  const bytes = Machine.read(machine, address, 16)
  const view = new DataView(bytes.buffer)
  return view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n)
}

it('register operations on all pairs of corner operands', () => {
  const names = Object.keys(encode.REGISTER_FORMS)
  const loaded = load(names.map((name) => encode.register(name, RD, RS1, RS2)))
  names.forEach((_, index) => {
    for (const a of CORNERS) for (const b of CORNERS) check(loaded, index, { a, b })
  })
})

it('branches on all pairs of corner operands', () => {
  const names = Object.keys(encode.BRANCH_FORMS)
  const loaded = load(names.map((name) => encode.branch(name, RS1, RS2, -4096 + 8)))
  names.forEach((_, index) => {
    for (const a of CORNERS) for (const b of CORNERS) check(loaded, index, { a, b })
  })
})

it('immediate operations and shifts on all corner operands', () => {
  const immediates = [0, 1, -1, 2047, -2048, 0x7f, 0x555]
  const names = Object.keys(encode.IMMEDIATE_FORMS).filter((name) => !/^(l|jalr)/.test(name))
  const words = names.flatMap((name) =>
    immediates.map((imm) => encode.immediate(name, RD, RS1, imm)),
  )
  for (const [name, form] of Object.entries(encode.SHIFT_FORMS)) {
    for (let amount = 0; amount < 2 ** form[3]; amount++) {
      words.push(encode.shift(name, RD, RS1, amount))
    }
  }
  for (const imm of [0, 0x1000, 0x7ffff000, 0x80000000 | 0, -4096]) {
    words.push(encode.upper('lui', RD, imm), encode.upper('auipc', RD, imm))
  }
  const loaded = load(words)
  words.forEach((_, index) => {
    for (const a of CORNERS) check(loaded, index, { a, b: 0n })
  })
})

it('writes to x0 are dropped for every kind of operation', () => {
  const words = [
    ...Object.keys(encode.REGISTER_FORMS).map((name) => encode.register(name, 0, RS1, RS2)),
    ...Object.keys(encode.IMMEDIATE_FORMS).map((name) => encode.immediate(name, 0, RS1, 8)),
    ...Object.keys(encode.ATOMIC_FORMS).map((name) => encode.atomic(name, false, 0, RS1, RS2)),
    encode.jal(0, -8),
    encode.upper('lui', 0, 0x1000),
  ]
  const loaded = load(words)
  words.forEach((_, index) => {
    check(loaded, index, { a: BigInt(DATA), b: 1n, memory: [DATA, 0x1122334455667788n] })
  })
})

it('loads and stores at every offset of a chunk and at the ends of memory', () => {
  const loads = Object.keys(encode.IMMEDIATE_FORMS).filter((name) => name.startsWith('l'))
  const words = [
    ...loads.map((name) => encode.immediate(name, RD, RS1, 0)),
    ...Object.keys(encode.STORE_FORMS).map((name) => encode.store(name, RS2, RS1, 0)),
  ]
  const loaded = load(words)
  const content = 0xf1e2d3c4b5a6978879605142332415fen
  const ends = [
    0n,
    8n,
    4088n,
    4095n,
    4096n,
    2n ** 34n,
    2n ** 34n - 8n,
    2n ** 34n - 1n,
    2n ** 63n,
    2n ** 64n - 8n,
  ]
  words.forEach((_, index) => {
    for (let offset = 0; offset < 16; offset++) {
      const a = BigInt(DATA + offset)
      check(loaded, index, { a, b: 0x8899aabbccddeeffn, memory: [DATA, content] })
    }
    for (const a of ends) {
      check(loaded, index, { a, b: 0n, memory: [a === 4096n ? 4096 : 2 ** 34 - 16, content] })
    }
  })
})

it('addresses wrap around 2^64 before they are judged', () => {
  const words = [
    encode.immediate('ld', RD, RS1, 2047 - 7),
    encode.store('sd', RS2, RS1, -2048),
    encode.immediate('jalr', RD, RS1, 2046),
    encode.immediate('jalr', RD, RS1, -1),
  ]
  const loaded = load(words)
  const bases = [
    2n ** 64n - 2040n,
    2n ** 64n - 1n,
    2048n,
    0n,
    1n,
    BigInt(CODE),
    2n ** 31n,
    2n ** 31n - 2n,
    2n ** 63n,
  ]
  words.forEach((_, index) => {
    for (const a of bases) check(loaded, index, { a, b: 3n })
  })
})

it('atomics on corner operands, misaligned, outside, reserved and not', () => {
  const names = Object.keys(encode.ATOMIC_FORMS)
  const words = names.flatMap((name) => [
    encode.atomic(name, false, RD, RS1, RS2),
    encode.atomic(name, true, RD, RS1, RS2),
  ])
  const loaded = load(words)
  words.forEach((_, index) => {
    for (const a of CORNERS) {
      for (const b of CORNERS) {
        const memory: [number, bigint] = [DATA, a | ((~a << 64n) & (2n ** 128n - 1n))]
        check(loaded, index, { a: BigInt(DATA), b, memory, reservation: BigInt(DATA + 1) })
      }
    }
    for (const offset of [0, 1, 2, 4, 6, 8, 12, 15]) {
      for (const reserved of [0, DATA + 1, DATA + offset + 1]) {
        const memory: [number, bigint] = [DATA, 0xf1e2d3c4b5a6978879605142332415fen]
        check(loaded, index, {
          a: BigInt(DATA + offset),
          b: 5n,
          memory,
          reservation: BigInt(reserved),
        })
      }
    }
    for (const a of [0n, 4088n, 2n ** 34n - 8n, 2n ** 34n, 2n ** 64n - 8n]) {
      const memory: [number, bigint] = [2 ** 34 - 16, 7n << 64n]
      check(loaded, index, { a, b: 1n, reservation: BigInt.asUintN(64, a + 1n), memory })
    }
  })
})
