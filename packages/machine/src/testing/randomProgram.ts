import * as encode from './encode.ts'
import { CORNERS, type Random } from './random.ts'

/** Where the code of random programs lies, and the memory that they mostly touch. */
export const CODE_ADDRESS = 0x10000
const DATA_ADDRESSES = [0x20000, 0x2fff8, 0x80000000, 0x100000000, 0x17ffffff0, 0x3fffffff8]

const REGISTER_NAMES = Object.keys(encode.REGISTER_FORMS)
const IMMEDIATE_NAMES = Object.keys(encode.IMMEDIATE_FORMS).filter(
  (name) => !/^(l|jalr)/.test(name),
)
const LOAD_NAMES = Object.keys(encode.IMMEDIATE_FORMS).filter((name) => name.startsWith('l'))
const SHIFT_NAMES = Object.keys(encode.SHIFT_FORMS)
const STORE_NAMES = Object.keys(encode.STORE_FORMS)
const BRANCH_NAMES = Object.keys(encode.BRANCH_FORMS)
const ATOMIC_NAMES = Object.keys(encode.ATOMIC_FORMS)

/**
 * Registers x1 to x9 take results, x10 to x15 hold addresses, x16 to x27 operands, x28 counts down.
 */
export function randomRegisters(random: Random): bigint[] {
  return Array.from({ length: 32 }, (_, index) => {
    if (index === 0) return 0n
    if (index >= 10 && index < 16) return BigInt(DATA_ADDRESSES[index - 10] as number)
    if (index === 28) return BigInt(20 + random.below(200))
    return random.below(3) === 0 ? random.u64() : random.pick(CORNERS)
  })
}

/**
 * Code of about `size` words: every operation, short jumps both ways, a loop around it all that
 * ends by its counter.
 */
export function randomCode(random: Random, size: number): Uint8Array {
  const parts: Uint8Array[] = []
  let total = 0
  const add = (part: Uint8Array) => {
    parts.push(part)
    total += part.length
  }
  while (total < size * 4) {
    if (random.below(6) === 0) add(compressed(random))
    else add(encode.toBytes([randomWord(random)]))
  }
  add(encode.toBytes([encode.immediate('addi', 28, 28, -1)]))
  const exit = encode.branch('beq', 28, 0, 8)
  add(encode.toBytes([exit, encode.jal(0, -total - 4)]))
  add(encode.toBytes([encode.immediate('addi', 17, 0, 93 + random.below(3)), encode.ECALL]))
  const code = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    code.set(part, at)
    at += part.length
  }
  return code
}

function randomWord(random: Random): number {
  const kind = random.below(100)
  if (kind < 60) return computation(random)
  // Mostly aligned and inside; at times misaligned, or past the end of memory for the last base.
  const offset = random.below(60) === 0 ? random.below(64) - 32 : -8 * random.below(8)
  if (kind < 80) return memoryAccess(random, offset)
  if (kind < 86) {
    const name = random.pick(ATOMIC_NAMES)
    return encode.atomic(name, random.below(2) === 0, result(random), base(random), operand(random))
  }
  if (kind < 95) return shortJump(random)
  if (kind < 99) return random.pick([encode.FENCE, encode.FENCE_I])
  return random.below(20) === 0 ? Number(random.u64() & 0xffffffffn) : encode.FENCE
}

/**
 * One to two words that neither fault nor leave the program, given bases on 64 bytes of memory that
 * follow aligned.
 */
export function plainWords(random: Random): number[] {
  const kind = random.below(100)
  if (kind < 65) return [computation(random)]
  if (kind < 83) return [memoryAccess(random, -8 * random.below(8))]
  if (kind < 92) {
    const name = random.pick(ATOMIC_NAMES.filter((other) => other.startsWith('amo')))
    return [
      encode.atomic(name, random.below(2) === 0, result(random), base(random), operand(random)),
    ]
  }
  if (kind < 96) {
    const isW = random.below(2) === 0
    const at = base(random)
    const reserve = encode.atomic('lr', isW, result(random), at, 0)
    return [reserve, encode.atomic('sc', isW, result(random), at, operand(random))]
  }
  return [shortJump(random)]
}

function result(random: Random): number {
  return random.below(20) === 0 ? 0 : 1 + random.below(9)
}

function operand(random: Random): number {
  return random.below(3) > 0 ? 1 + random.below(9) : 16 + random.below(12)
}

function base(random: Random): number {
  return 10 + random.below(6)
}

function computation(random: Random): number {
  const rd = result(random)
  const kind = random.below(60)
  if (kind < 36) {
    return encode.register(random.pick(REGISTER_NAMES), rd, operand(random), operand(random))
  }
  if (kind < 48) {
    const imm = random.below(4096) - 2048
    return encode.immediate(random.pick(IMMEDIATE_NAMES), rd, operand(random), imm)
  }
  if (kind < 57) {
    const name = random.pick(SHIFT_NAMES)
    return encode.shift(name, rd, operand(random), random.below(name.endsWith('w') ? 32 : 64))
  }
  return encode.upper(random.pick(['lui', 'auipc'] as const), rd, random.below(2 ** 20) << 12)
}

function memoryAccess(random: Random, offset: number): number {
  if (random.below(2) === 0) {
    return encode.immediate(random.pick(LOAD_NAMES), result(random), base(random), offset)
  }
  return encode.store(random.pick(STORE_NAMES), operand(random), base(random), offset)
}

function shortJump(random: Random): number {
  const offset = 4 + 4 * random.below(4)
  if (random.below(4) === 0) return encode.jal(random.below(2), offset)
  return encode.branch(random.pick(BRANCH_NAMES), operand(random), operand(random), offset)
}

/**
 * C.ADDI, C.LI, C.MV or C.ADD on x1 to x9, padded to four bytes by C.NOP so that jumps stay on
 * instructions.
 */
export function compressed(random: Random): Uint8Array {
  const rd = 1 + random.below(9)
  const imm = random.below(64)
  const fields = ((imm >> 5) << 12) | (rd << 7) | ((imm & 31) << 2)
  const rs2 = 1 + random.below(27)
  const half = random.pick([
    0x0001 | fields,
    0x4001 | fields,
    0x8002 | (rd << 7) | (rs2 << 2),
    0x9002 | (rd << 7) | (rs2 << 2),
  ])
  const pair = random.below(2) === 0 ? [half, 1] : [1, half]
  return Uint8Array.from(pair.flatMap((value) => [value & 255, value >> 8]))
}
