// Execute against the reference, at every edge of every operation. Each of these is a state that a
// run can reach, so each must have a witness: where one had none, the honest side of a dispute
// would lose.

import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import * as Instruction from '@ambrosia/machine/Instruction'
import * as encode from '@ambrosia/machine/testing/encode'
import { CORNERS, createRandom } from '@ambrosia/machine/testing/random'
import type { Calculator } from '../lib/witness.ts'
import {
  type Before,
  CODE,
  calculatorOf,
  executeOutputs,
  executeSignals,
  expectedOutputs,
} from './support.ts'

const [RD, RS1, RS2] = [5, 6, 7]
const TOP = 2n ** 64n
/** Every corner with itself and with every second other one. */
const PAIRS = CORNERS.flatMap((a, i) =>
  CORNERS.filter((_, j) => (i + j) % 2 === 0).map((b) => [a, b] as const),
)
let execute: Calculator

before(async () => {
  execute = await calculatorOf('Execute')
})

function operands(a: bigint, b: bigint): bigint[] {
  return Array.from({ length: 32 }, (_, i) =>
    i === 0 ? 0n : i === RS1 ? a : i === RS2 ? b : BigInt(i) * 0x0101010101010101n,
  )
}

function check(name: string, word: number, state: Before): void {
  checkEntry(name, Instruction.decode(state.pc ?? CODE, word & 0xffff, word >>> 16), state)
}

function checkEntry(name: string, instruction: Instruction.Instruction, state: Before): void {
  const expected = expectedOutputs(instruction, state)
  const outputs = executeOutputs(execute(executeSignals(instruction, state)))
  for (const [key, value] of Object.entries(expected)) {
    assert.equal(outputs[key], value, `${name}: ${key}`)
  }
  assert.ok((outputs['value'] as bigint) < TOP, `${name}: the value is too large`)
}

it('operations on two registers, on pairs of corner operands', () => {
  for (const name of Object.keys(encode.REGISTER_FORMS)) {
    const word = encode.register(name, RD, RS1, RS2)
    for (const [a, b] of PAIRS) check(`${name} ${a} ${b}`, word, { registers: operands(a, b) })
  }
})

it('operations with an immediate, and shifts by every amount', () => {
  const words: [string, number][] = []
  for (const name of Object.keys(encode.IMMEDIATE_FORMS).filter(
    (form) => !/^(l|jalr)/.test(form),
  )) {
    for (const imm of [0, 1, -1, 2047, -2048, 0x555])
      words.push([`${name} ${imm}`, encode.immediate(name, RD, RS1, imm)])
  }
  for (const [name, form] of Object.entries(encode.SHIFT_FORMS)) {
    for (let amount = 0; amount < 2 ** form[3]; amount++) {
      words.push([`${name} ${amount}`, encode.shift(name, RD, RS1, amount)])
    }
  }
  for (const imm of [0, 0x1000, 0x7ffff000, 0x80000000 | 0, -4096]) {
    words.push(
      [`lui ${imm}`, encode.upper('lui', RD, imm)],
      [`auipc ${imm}`, encode.upper('auipc', RD, imm)],
    )
  }
  const random = createRandom(3)
  for (const [name, word] of words) {
    for (const a of [0n, TOP - 1n, random.pick(CORNERS), random.u64()]) {
      check(`${name} of ${a}`, word, { registers: operands(a, 0n) })
    }
  }
})

it('branches on pairs of corner operands', () => {
  for (const name of Object.keys(encode.BRANCH_FORMS)) {
    const word = encode.branch(name, RS1, RS2, 0x40)
    for (const [a, b] of PAIRS) check(`${name} ${a} ${b}`, word, { registers: operands(a, b) })
  }
})

it('random operands', () => {
  const random = createRandom(11)
  const names = [...Object.keys(encode.REGISTER_FORMS)]
  for (let i = 0; i < 2000; i++) {
    const name = random.pick(names)
    const registers = operands(
      random.u64() >> BigInt(random.below(64)),
      random.u64() >> BigInt(random.below(64)),
    )
    check(name, encode.register(name, RD, RS1, RS2), { registers })
  }
})

it('loads and stores at every offset of a chunk', () => {
  const chunk = 0xf1e2d3c4b5a6978879605142332415fen
  const words: [string, number, number][] = [
    ...['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map((name): [string, number, number] => [
      name,
      encode.immediate(name, RD, RS1, 0),
      1,
    ]),
    ...['sb', 'sh', 'sw', 'sd'].map((name): [string, number, number] => [
      name,
      encode.store(name, RS2, RS1, 0),
      1,
    ]),
  ]
  for (const [name, word] of words) {
    for (let offset = 0; offset < 16; offset++) {
      const registers = operands(BigInt(0x20000 + offset), 0x8899aabbccddeeffn)
      check(`${name} at ${offset}`, word, { registers, chunk })
    }
  }
})

it('addresses at the ends of memory, of pages and of the word', () => {
  const chunk = 2n ** 128n - 1n
  const edges = [
    0n,
    1n,
    4088n,
    4095n,
    4096n,
    4097n,
    2n ** 31n - 8n,
    2n ** 31n,
    2n ** 32n - 8n,
    2n ** 33n,
  ]
  edges.push(
    2n ** 34n - 8n,
    2n ** 34n - 1n,
    2n ** 34n,
    2n ** 34n + 4096n,
    2n ** 63n,
    TOP - 8n,
    TOP - 1n,
  )
  for (const address of edges) {
    const registers = operands(address, 1n)
    check(`ld ${address}`, encode.immediate('ld', RD, RS1, 0), { registers, chunk })
    check(`sb ${address}`, encode.store('sb', RS2, RS1, 0), { registers, chunk })
    check(`sd ${address} + 8`, encode.store('sd', RS2, RS1, 8), { registers, chunk })
    check(`amoadd ${address}`, encode.atomic('amoadd', false, RD, RS1, RS2), { registers, chunk })
  }
})

it('reservations: kept, lost, of another address, and through faults', () => {
  const chunk = 2n ** 127n + 5n
  for (const isW of [false, true]) {
    for (const address of [0x20000n, 0x20004n, 0x20008n, 0x20002n, 8n, 2n ** 34n, 2n ** 34n - 8n]) {
      for (const reservation of [0n, 1n, address + 1n, address, 2n ** 34n - 7n]) {
        const state = { registers: operands(address, 3n), reservation, chunk }
        check(`sc ${address} ${reservation}`, encode.atomic('sc', isW, RD, RS1, RS2), state)
        check(`lr ${address} ${reservation}`, encode.atomic('lr', isW, RD, RS1, 0), state)
      }
    }
  }
})

it('atomic operations on both sizes', () => {
  const values = [0n, 2n ** 63n, 2n ** 31n, TOP - 1n]
  for (const name of Object.keys(encode.ATOMIC_FORMS).filter((form) => form.startsWith('amo'))) {
    for (const isW of [false, true]) {
      for (const [i, old] of values.entries()) {
        const registers = operands(0x20008n, values[(i + 1) % 4] as bigint)
        check(`${name} ${old}`, encode.atomic(name, isW, RD, RS1, RS2), {
          registers,
          chunk: old << 64n,
        })
      }
    }
  }
})

it('instructions of two bytes', () => {
  for (const half of [0x0505, 0x157d, 0x8526, 0x9526, 0x8782, 0x9782, 0xa001, 0xc111, 0x9002]) {
    const instruction = Instruction.decode(CODE, half, undefined)
    const registers = operands(BigInt(CODE), 2n)
    checkEntry(half.toString(16), instruction, { registers })
  }
})

it('jumps to the ends of the program’s space, and out of it', () => {
  const targets = [
    0n,
    1n,
    2n,
    2n ** 31n - 2n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n,
    TOP - 2n,
    TOP - 1n,
  ]
  for (const target of targets) {
    for (const offset of [0, 1, -2]) {
      const registers = operands(target, 0n)
      check(`jalr ${target} ${offset}`, encode.immediate('jalr', RD, RS1, offset), { registers })
    }
  }
  for (const offset of [-CODE, -CODE - 2, 0x7fffe])
    check(`jal ${offset}`, encode.jal(RD, offset), {})
})

it('calls for the host: two numbers halt, every other faults', () => {
  for (const number of [0n, 92n, 93n, 94n, 95n, 2n ** 32n + 93n, TOP - 1n]) {
    const registers = Array.from({ length: 32 }, (_, i) => (i === 17 ? number : 0n))
    check(`ecall ${number}`, encode.ECALL, { registers })
  }
})
