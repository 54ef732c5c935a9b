import * as Instruction from '@ambrosia/machine/Instruction'
import type * as Step from '@ambrosia/machine/Step'
import * as encode from '@ambrosia/machine/testing/encode'
import { type Before, CODE, witnessOf } from './support.ts'

const [RD, RS1, RS2] = [5, 6, 7]
const TOP = 2n ** 64n

function stepWitness(word: number, a: bigint, b: bigint, state: Before = {}): Step.Witness {
  const registers = Array.from({ length: 32 }, (_, i) =>
    i === RS1 ? a : i === RS2 ? b : i === 17 ? 93n : 0n,
  )
  return witnessOf(Instruction.decode(CODE, word & 0xffff, word >>> 16), { registers, ...state })
}

const chunk = 0x8877665544332211ffeeddccbbaa9988n
/** A step of every class of operation, by name. */
export const CLASSES: [string, Step.Witness][] = [
  ['addition', stepWitness(encode.register('add', RD, RS1, RS2), TOP - 1n, 2n)],
  ['logic', stepWitness(encode.immediate('xori', RD, RS1, -1), 0x5555n, 0n)],
  ['comparison', stepWitness(encode.register('slt', RD, RS1, RS2), TOP - 1n, 2n)],
  ['shift', stepWitness(encode.shift('sraiw', RD, RS1, 7), 0x80000000n, 0n)],
  ['product', stepWitness(encode.register('mulhsu', RD, RS1, RS2), TOP - 3n, TOP - 5n)],
  ['division', stepWitness(encode.register('rem', RD, RS1, RS2), TOP - 100n, 7n)],
  ['division by zero', stepWitness(encode.register('divw', RD, RS1, RS2), 5n, 0n)],
  ['branch', stepWitness(encode.branch('bgeu', RS1, RS2, -64), 5n, 5n)],
  ['jump', stepWitness(encode.jal(RD, 0x100), 0n, 0n)],
  ['indirect jump', stepWitness(encode.immediate('jalr', RD, RS1, 3), BigInt(CODE), 0n)],
  ['load', stepWitness(encode.immediate('lh', RD, RS1, 6), 0x20000n, 0n, { chunk })],
  ['store', stepWitness(encode.store('sw', RS2, RS1, 12), 0x3fffffff0n, TOP - 2n, { chunk })],
  ['reservation', stepWitness(encode.atomic('lr', true, RD, RS1, 0), 0x20004n, 0n, { chunk })],
  [
    'conditional store',
    stepWitness(encode.atomic('sc', false, RD, RS1, RS2), 0x20008n, 3n, {
      chunk,
      reservation: 0x20009n,
    }),
  ],
  [
    'atomic operation',
    stepWitness(encode.atomic('amominu', true, RD, RS1, RS2), 0x20008n, 3n, { chunk }),
  ],
  ['halt', stepWitness(encode.ECALL, 0n, 0n)],
  ['illegal instruction', stepWitness(0, 0n, 0n)],
  ['fault of an access', stepWitness(encode.store('sd', RS2, RS1, 0), 4088n, 1n)],
  ['halted state', stepWitness(encode.register('add', RD, RS1, RS2), 1n, 2n, { status: 1 })],
]
