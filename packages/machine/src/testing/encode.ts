// Encodes RV64IMA instructions for tests and vectors: The RISC-V Instruction Set Manual, Volume I
// (20240411), chapter 35.

type Register = { opcode: number; funct3: number; funct7: number }

/** Register-register operations, W forms included. */
export const REGISTER_FORMS: Readonly<Record<string, Register>> = {
  add: r(0x33, 0, 0),
  sub: r(0x33, 0, 32),
  sll: r(0x33, 1, 0),
  slt: r(0x33, 2, 0),
  sltu: r(0x33, 3, 0),
  xor: r(0x33, 4, 0),
  srl: r(0x33, 5, 0),
  sra: r(0x33, 5, 32),
  or: r(0x33, 6, 0),
  and: r(0x33, 7, 0),
  mul: r(0x33, 0, 1),
  mulh: r(0x33, 1, 1),
  mulhsu: r(0x33, 2, 1),
  mulhu: r(0x33, 3, 1),
  div: r(0x33, 4, 1),
  divu: r(0x33, 5, 1),
  rem: r(0x33, 6, 1),
  remu: r(0x33, 7, 1),
  addw: r(0x3b, 0, 0),
  subw: r(0x3b, 0, 32),
  sllw: r(0x3b, 1, 0),
  srlw: r(0x3b, 5, 0),
  sraw: r(0x3b, 5, 32),
  mulw: r(0x3b, 0, 1),
  divw: r(0x3b, 4, 1),
  divuw: r(0x3b, 5, 1),
  remw: r(0x3b, 6, 1),
  remuw: r(0x3b, 7, 1),
}

/** Operations with a 12-bit immediate, by (opcode, funct3). */
export const IMMEDIATE_FORMS: Readonly<Record<string, [opcode: number, funct3: number]>> = {
  addi: [0x13, 0],
  slti: [0x13, 2],
  sltiu: [0x13, 3],
  xori: [0x13, 4],
  ori: [0x13, 6],
  andi: [0x13, 7],
  addiw: [0x1b, 0],
  jalr: [0x67, 0],
  lb: [0x03, 0],
  lh: [0x03, 1],
  lw: [0x03, 2],
  ld: [0x03, 3],
  lbu: [0x03, 4],
  lhu: [0x03, 5],
  lwu: [0x03, 6],
}

/** Shifts by an immediate: opcode, funct3, bits above the amount, bits of the amount. */
export const SHIFT_FORMS: Readonly<
  Record<string, [opcode: number, funct3: number, top: number, bits: number]>
> = {
  slli: [0x13, 1, 0, 6],
  srli: [0x13, 5, 0, 6],
  srai: [0x13, 5, 0x400, 6],
  slliw: [0x1b, 1, 0, 5],
  srliw: [0x1b, 5, 0, 5],
  sraiw: [0x1b, 5, 0x400, 5],
}

export const STORE_FORMS: Readonly<Record<string, number>> = { sb: 0, sh: 1, sw: 2, sd: 3 }
export const BRANCH_FORMS: Readonly<Record<string, number>> = {
  beq: 0,
  bne: 1,
  blt: 4,
  bge: 5,
  bltu: 6,
  bgeu: 7,
}
/** Atomic operations: funct5. */
export const ATOMIC_FORMS: Readonly<Record<string, number>> = {
  lr: 2,
  sc: 3,
  amoswap: 1,
  amoadd: 0,
  amoxor: 4,
  amoand: 12,
  amoor: 8,
  amomin: 16,
  amomax: 20,
  amominu: 24,
  amomaxu: 28,
}

export const ECALL = 0x73
export const EBREAK = 0x100073
export const FENCE = 0x0ff0000f
export const FENCE_I = 0x100f

export function register(name: string, rd: number, rs1: number, rs2: number): number {
  const { opcode, funct3, funct7 } = REGISTER_FORMS[name] as Register
  return pack(funct7 << 25, rs2 << 20, rs1 << 15, funct3 << 12, rd << 7, opcode)
}

export function immediate(name: string, rd: number, rs1: number, imm: number): number {
  const [opcode, funct3] = IMMEDIATE_FORMS[name] as [number, number]
  return pack(imm << 20, rs1 << 15, funct3 << 12, rd << 7, opcode)
}

export function shift(name: string, rd: number, rs1: number, amount: number): number {
  const [opcode, funct3, top] = SHIFT_FORMS[name] as [number, number, number, number]
  return pack((top | amount) << 20, rs1 << 15, funct3 << 12, rd << 7, opcode)
}

export function store(name: string, rs2: number, rs1: number, imm: number): number {
  const funct3 = STORE_FORMS[name] as number
  return pack((imm >> 5) << 25, rs2 << 20, rs1 << 15, funct3 << 12, (imm & 31) << 7, 0x23)
}

export function branch(name: string, rs1: number, rs2: number, offset: number): number {
  const funct3 = BRANCH_FORMS[name] as number
  const high = (((offset >> 12) & 1) << 31) | (((offset >> 5) & 63) << 25)
  const low = (((offset >> 1) & 15) << 8) | (((offset >> 11) & 1) << 7)
  return pack(high, rs2 << 20, rs1 << 15, funct3 << 12, low, 0x63)
}

export function jal(rd: number, offset: number): number {
  const high = (((offset >> 20) & 1) << 31) | (((offset >> 1) & 1023) << 21)
  const low = (((offset >> 11) & 1) << 20) | (offset & 0xff000)
  return pack(high, low, rd << 7, 0x6f)
}

/** LUI or AUIPC with the upper 20 bits of `imm`. */
export function upper(name: 'lui' | 'auipc', rd: number, imm: number): number {
  return pack(imm & ~0xfff, rd << 7, name === 'lui' ? 0x37 : 0x17)
}

export function atomic(name: string, isW: boolean, rd: number, rs1: number, rs2: number): number {
  const funct5 = ATOMIC_FORMS[name] as number
  const width = isW ? 2 : 3
  return pack(funct5 << 27, (name === 'lr' ? 0 : rs2) << 20, rs1 << 15, width << 12, rd << 7, 0x2f)
}

/** The words as the bytes of a program. */
export function toBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => {
    view.setUint32(4 * index, word, true)
  })
  return bytes
}

function r(opcode: number, funct3: number, funct7: number): Register {
  return { opcode, funct3, funct7 }
}

function pack(...parts: readonly number[]): number {
  return parts.reduce((word, part) => word | part, 0) >>> 0
}
