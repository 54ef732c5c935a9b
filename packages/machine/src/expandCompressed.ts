// The C extension for RV64, integer part: The RISC-V Instruction Set Manual, Volume I (20240411),
// chapter 27.

const SP = 2

/**
 * The 32-bit encoding of a 16-bit one; 0 for reserved encodings and floating-point loads and
 * stores. Hints expand to what they look like.
 */
export function expandCompressed(half: number): number {
  const funct3 = half >>> 13
  switch (half & 3) {
    case 0:
      return quadrant0(half, funct3)
    case 1:
      return quadrant1(half, funct3)
    default:
      return quadrant2(half, funct3)
  }
}

function quadrant0(half: number, funct3: number): number {
  const small = 8 + ((half >>> 2) & 7)
  const base = 8 + ((half >>> 7) & 7)
  const word = (bits(half, 12, 10) << 3) | (bit(half, 6) << 2) | (bit(half, 5) << 6)
  const double = (bits(half, 12, 10) << 3) | (bits(half, 6, 5) << 6)
  switch (funct3) {
    case 0: {
      const imm = (bits(half, 12, 11) << 4) | (bits(half, 10, 7) << 6)
      const offset = imm | (bit(half, 6) << 2) | (bit(half, 5) << 3)
      return offset === 0 ? 0 : addi(small, SP, offset)
    }
    case 2:
      return load(2, small, base, word)
    case 3:
      return load(3, small, base, double)
    case 6:
      return store(2, base, small, word)
    case 7:
      return store(3, base, small, double)
    default:
      return 0
  }
}

function quadrant1(half: number, funct3: number): number {
  const rd = (half >>> 7) & 31
  const imm = (-bit(half, 12) << 5) | bits(half, 6, 2)
  switch (funct3) {
    case 0:
      return addi(rd, rd, imm)
    case 1:
      return rd === 0 ? 0 : iType(0x1b, 0, rd, rd, imm)
    case 2:
      return addi(rd, 0, imm)
    case 3:
      return imm === 0
        ? 0
        : rd === SP
          ? addi(SP, SP, stackOffset(half))
          : (imm << 12) | (rd << 7) | 0x37
    case 4:
      return arithmetic(half)
    case 5:
      return jump(half)
    default:
      return branch(half, funct3 & 1)
  }
}

function quadrant2(half: number, funct3: number): number {
  const rd = (half >>> 7) & 31
  const rs2 = (half >>> 2) & 31
  const high = bit(half, 12)
  switch (funct3) {
    case 0:
      return iType(0x13, 1, rd, rd, (high << 5) | rs2)
    case 2:
      return rd === 0
        ? 0
        : load(2, rd, SP, (high << 5) | (bits(half, 6, 4) << 2) | (bits(half, 3, 2) << 6))
    case 3:
      return rd === 0
        ? 0
        : load(3, rd, SP, (high << 5) | (bits(half, 6, 5) << 3) | (bits(half, 4, 2) << 6))
    case 4:
      if (rs2 !== 0) return rType(0x33, 0, 0, rd, high === 1 ? rd : 0, rs2)
      // With rd = 0: reserved, or C.EBREAK, which faults like EBREAK.
      return rd === 0 ? 0 : iType(0x67, 0, high, rd, 0)
    case 6:
      return store(2, SP, rs2, (bits(half, 12, 9) << 2) | (bits(half, 8, 7) << 6))
    case 7:
      return store(3, SP, rs2, (bits(half, 12, 10) << 3) | (bits(half, 9, 7) << 6))
    default:
      return 0
  }
}

function arithmetic(half: number): number {
  const rd = 8 + ((half >>> 7) & 7)
  const rs2 = 8 + ((half >>> 2) & 7)
  const high = bit(half, 12)
  const shift = (high << 5) | bits(half, 6, 2)
  const kind = bits(half, 6, 5)
  switch (bits(half, 11, 10)) {
    case 0:
      return iType(0x13, 5, rd, rd, shift)
    case 1:
      return iType(0x13, 5, rd, rd, shift | 0x400)
    case 2:
      return iType(0x13, 7, rd, rd, (-high << 5) | bits(half, 6, 2))
    default:
      if (high === 0)
        return rType(0x33, [0, 4, 6, 7][kind] as number, kind === 0 ? 32 : 0, rd, rd, rs2)
      // SUBW and ADDW; the other two are reserved.
      return kind > 1 ? 0 : rType(0x3b, 0, kind === 0 ? 32 : 0, rd, rd, rs2)
  }
}

function stackOffset(half: number): number {
  const high = (-bit(half, 12) << 9) | (bit(half, 6) << 4) | (bit(half, 5) << 6)
  return high | (bits(half, 4, 3) << 7) | (bit(half, 2) << 5)
}

function jump(half: number): number {
  const top = (-bit(half, 12) << 11) | (bit(half, 11) << 4) | (bits(half, 10, 9) << 8)
  const middle = (bit(half, 8) << 10) | (bit(half, 7) << 6) | (bit(half, 6) << 7)
  const offset = top | middle | (bits(half, 5, 3) << 1) | (bit(half, 2) << 5)
  const low = (((offset >> 1) & 1023) << 21) | (((offset >> 11) & 1) << 20)
  return (((offset >> 20) & 1) << 31) | low | (offset & 0xff000) | 0x6f
}

function branch(half: number, isNotEqual: number): number {
  const rs1 = 8 + ((half >>> 7) & 7)
  const top = (-bit(half, 12) << 8) | (bits(half, 11, 10) << 3) | (bits(half, 6, 5) << 6)
  const offset = top | (bits(half, 4, 3) << 1) | (bit(half, 2) << 5)
  const high = (((offset >> 12) & 1) << 31) | (((offset >> 5) & 63) << 25)
  const low = (((offset >> 1) & 15) << 8) | (((offset >> 11) & 1) << 7)
  return high | (rs1 << 15) | (isNotEqual << 12) | low | 0x63
}

function addi(rd: number, rs1: number, imm: number): number {
  return iType(0x13, 0, rd, rs1, imm)
}

function load(funct3: number, rd: number, rs1: number, imm: number): number {
  return iType(0x03, funct3, rd, rs1, imm)
}

function iType(opcode: number, funct3: number, rd: number, rs1: number, imm: number): number {
  return (imm << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode
}

function store(funct3: number, rs1: number, rs2: number, imm: number): number {
  const high = ((imm >> 5) << 25) | (rs2 << 20) | (rs1 << 15)
  return high | (funct3 << 12) | ((imm & 31) << 7) | 0x23
}

function rType(
  opcode: number,
  funct3: number,
  funct7: number,
  rd: number,
  rs1: number,
  rs2: number,
): number {
  return (funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode
}

function bit(half: number, at: number): number {
  return (half >>> at) & 1
}

function bits(half: number, high: number, low: number): number {
  return (half >>> low) & ((1 << (high - low + 1)) - 1)
}
