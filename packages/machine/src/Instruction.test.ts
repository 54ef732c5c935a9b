import assert from 'node:assert/strict'
import { it } from 'node:test'
import { expandCompressed } from './expandCompressed.ts'
import * as Instruction from './Instruction.ts'
import * as encode from './testing/encode.ts'

const PC = 0x10000

function decode(word: number): Instruction.Instruction {
  return Instruction.decode(PC, word & 0xffff, word >>> 16)
}

it('each operation decodes to its entry', () => {
  const text = (word: number) => Instruction.toText(decode(word))
  assert.equal(text(encode.register('mulhsu', 1, 2, 3)), 'MULHSU x1, x2, x3')
  assert.equal(text(encode.register('subw', 1, 2, 3)), 'SUB.W x1, x2, x3')
  assert.equal(text(encode.immediate('addi', 1, 2, -2048)), 'ADD x1, x2, -0x800')
  assert.equal(text(encode.immediate('lwu', 1, 2, 2047)), 'LWU x1, 0x7ff(x2)')
  assert.equal(text(encode.store('sd', 1, 2, -8)), 'SD x1, -0x8(x2)')
  assert.equal(text(encode.shift('srai', 1, 2, 63)), 'SRA x1, x2, 0x3f')
  assert.equal(text(encode.shift('sraiw', 1, 2, 31)), 'SRA.W x1, x2, 0x1f')
  assert.equal(text(encode.branch('bgeu', 1, 2, -4096)), 'BGEU x1, x2, 0xf000')
  assert.equal(text(encode.jal(1, 0xffffe)), 'JAL x1, 0x10fffe')
  assert.equal(text(encode.upper('lui', 1, 0x80000000)), 'ADD x1, x0, -0x80000000')
  assert.equal(text(encode.upper('auipc', 1, 0x80000000)), 'ADD x1, x0, -0x7fff0000')
  assert.equal(text(encode.atomic('amomaxu', true, 1, 2, 3)), 'AMOMAXU.W x1, x3, (x2)')
  assert.equal(text(encode.atomic('lr', false, 1, 2, 0)), 'LR x1, (x2)')
  assert.equal(text(encode.ECALL), 'ECALL')
})

it('what is not RV64IMA is illegal', () => {
  const words = [
    0x00000000,
    0xffffffff,
    encode.EBREAK,
    0x30200073, // MRET
    0x10500073, // WFI
    0xc0001073, // CSRRW
    0xc0102573, // RDTIME
    0x00052007, // FLW
    0x00b50553, // FADD.S
    0x0005200f, // CBO.INVAL
    encode.immediate('jalr', 1, 2, 0) | (1 << 12),
    encode.branch('beq', 1, 2, 8) | (2 << 12),
    encode.branch('beq', 1, 2, 8) | (3 << 12),
    encode.immediate('lb', 1, 2, 0) | (7 << 12),
    encode.store('sb', 1, 2, 0) | (4 << 12),
    encode.shift('slli', 1, 2, 0) | (1 << 26),
    encode.shift('srai', 1, 2, 0) | (1 << 31),
    encode.shift('slliw', 1, 2, 0) | (1 << 25), // amount 32 in a W form
    encode.shift('srliw', 1, 2, 0) | (1 << 25),
    encode.shift('sraiw', 1, 2, 0) | (1 << 25),
    encode.register('add', 1, 2, 3) | (2 << 25),
    encode.register('xor', 1, 2, 3) | (32 << 25), // XNOR of Zbb
    encode.register('addw', 1, 2, 3) | (2 << 12),
    encode.register('mulw', 1, 2, 3) | (1 << 12),
    encode.immediate('addiw', 1, 2, 0) | (2 << 12),
    encode.atomic('amoadd', true, 1, 2, 3) & ~(7 << 12), // 8-bit AMO
    encode.atomic('amoadd', true, 1, 2, 3) | (4 << 12),
    encode.atomic('lr', true, 1, 2, 0) | (1 << 20),
    (encode.atomic('amoadd', true, 1, 2, 3) & 0x07ffffff) | (5 << 27), // AMOCAS
    0x60251513, // CPOP of Zbb
  ]
  for (const word of words) {
    assert.equal(decode(word), Instruction.ILLEGAL, `0x${(word >>> 0).toString(16)}`)
  }
})

it('ordering bits, fences and hints change nothing', () => {
  const amo = encode.atomic('amoadd', false, 1, 2, 3)
  for (const bits of [1, 2, 3]) assert.deepEqual(decode(amo | (bits << 25)), decode(amo))
  for (const word of [encode.FENCE, encode.FENCE_I, 0x8330000f, 0x0100000f]) {
    assert.equal(Instruction.toText(decode(word)), 'ADD x0, x0, 0')
  }
})

it('jumps out of the program space lead to slot 0', () => {
  const at = (pc: number, word: number) => Instruction.decode(pc, word & 0xffff, word >>> 16).imm
  assert.equal(at(0x1000, encode.jal(0, -0x1002)), 0)
  assert.equal(at(0x1000, encode.jal(0, -0x1000)), 0)
  assert.equal(at(0x1000, encode.jal(0, -0xffe)), 2)
  assert.equal(at(2 ** 31 - 8, encode.jal(0, 6)), 2 ** 31 - 2)
  assert.equal(at(2 ** 31 - 8, encode.jal(0, 8)), 0)
  assert.equal(at(0x1000, encode.branch('beq', 0, 0, -4096)), 0)
})

it('leaves pack uniquely', () => {
  assert.equal(Instruction.toLeaf(Instruction.ILLEGAL), 0n)
  const leaf = Instruction.toLeaf(decode(encode.immediate('addiw', 31, 30, -1)))
  const expected = 1n | (31n << 8n) | (30n << 16n) | (7n << 32n) | ((2n ** 64n - 1n) << 64n)
  assert.equal(leaf, expected)
})

it('compressed instructions expand as binutils disassembles them', () => {
  // Encodings from `riscv64-linux-gnu-as`, one of each form.
  const cases: [half: number, text: string][] = [
    [0x0808, 'ADD x10, x2, 0x10'], // c.addi4spn a0, sp, 16
    [0x1fe8, 'ADD x10, x2, 0x3fc'],
    [0x4548, 'LW x10, 0xc(x10)'],
    [0x6508, 'LD x10, 8(x10)'],
    [0xc548, 'SW x10, 0xc(x10)'],
    [0xe508, 'SD x10, 8(x10)'],
    [0x0505, 'ADD x10, x10, 1'],
    [0x157d, 'ADD x10, x10, -0x1'],
    [0x2505, 'ADD.W x10, x10, 1'],
    [0x5502, 'LW x10, 0x20(x2)'],
    [0x557d, 'ADD x10, x0, -0x1'],
    [0x6105, 'ADD x2, x2, 0x20'],
    [0x7139, 'ADD x2, x2, -0x40'],
    [0x6505, 'ADD x10, x0, 0x1000'],
    [0x757d, 'ADD x10, x0, -0x1000'],
    [0x8105, 'SRL x10, x10, 1'],
    [0x957d, 'SRA x10, x10, 0x3f'],
    [0x8905, 'AND x10, x10, 1'],
    [0x8d0d, 'SUB x10, x10, x11'],
    [0x8d2d, 'XOR x10, x10, x11'],
    [0x8d4d, 'OR x10, x10, x11'],
    [0x8d6d, 'AND x10, x10, x11'],
    [0x9d0d, 'SUB.W x10, x10, x11'],
    [0x9d2d, 'ADD.W x10, x10, x11'],
    [0xa001, 'JAL x0, 0x10000'],
    [0xbffd, 'JAL x0, 0xfffe'],
    [0xc101, 'BEQ x10, x0, 0x10000'],
    [0xfd7d, 'BNE x10, x0, 0xfffe'],
    [0x0506, 'SLL x10, x10, 1'],
    [0x6522, 'LD x10, 8(x2)'],
    [0x8502, 'JALR x0, x10, 0'],
    [0x9502, 'JALR x1, x10, 0'],
    [0x852e, 'ADD x10, x0, x11'],
    [0x952e, 'ADD x10, x10, x11'],
    [0xc62a, 'SW x10, 0xc(x2)'],
    [0xe42a, 'SD x10, 8(x2)'],
    [0x0001, 'ADD x0, x0, 0'],
  ]
  for (const [half, text] of cases) {
    const entry = Instruction.decode(PC, half, undefined)
    assert.equal(Instruction.toText(entry), text, half.toString(16))
    assert.equal(entry.size, 2)
  }
  for (const half of [
    0x0000, 0x9002, 0x8002, 0x2001, 0x4002, 0x6002, 0x6101, 0x8000, 0x2000, 0xa000, 0x9c41,
  ]) {
    assert.equal(Instruction.decode(PC, half, undefined), Instruction.ILLEGAL, half.toString(16))
  }
})

it('10,602 of the 49,152 compressed encodings are reserved or floating-point', () => {
  // The rest was compared once, text by text, with the disassembly of binutils 2.40.
  let reserved = 0
  for (let half = 0; half < 65536; half++) {
    if ((half & 3) !== 3 && expandCompressed(half) === 0) reserved++
  }
  assert.equal(reserved, 10_602)
})

it('an instruction that is cut off by the end of code is illegal', () => {
  const word = encode.immediate('addi', 1, 2, 3)
  assert.equal(Instruction.decode(PC, word & 0xffff, undefined), Instruction.ILLEGAL)
})
