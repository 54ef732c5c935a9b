/**
 * Names the extension a 32-bit word belongs to if it is not an instruction of RV64IMA without
 * floating point, control registers and compressed code; undefined if it is one (RISC-V ISA manual,
 * volume I, chapter "RV32/64G Instruction Set Listings").
 */
export function foreignOpcode(word: number): string | undefined {
  if ((word & 3) !== 3) return 'not a 32-bit instruction'
  const funct3 = (word >>> 12) & 7
  const funct7 = word >>> 25
  switch (word & 0x7f) {
    case 0x37: // LUI
    case 0x17: // AUIPC
    case 0x6f: // JAL
      return undefined
    case 0x67:
      return funct3 === 0 ? undefined : 'jalr form'
    case 0x63:
      return funct3 === 2 || funct3 === 3 ? 'branch form' : undefined
    case 0x03:
      return funct3 === 7 ? 'load form' : undefined
    case 0x23:
      return funct3 < 4 ? undefined : 'store form'
    case 0x13:
      return shiftImmediate(word, funct3, word >>> 26, 0x10)
    case 0x1b:
      return funct3 === 0 || funct3 === 1 || funct3 === 5
        ? shiftImmediate(word, funct3, funct7, 0x20)
        : 'word operation form'
    case 0x33:
      return register(funct3, funct7, [0, 1, 2, 3, 4, 5, 6, 7])
    case 0x3b:
      return funct7 === 1
        ? register(funct3, funct7, [0, 4, 5, 6, 7])
        : register(funct3, funct7, [0, 1, 5])
    case 0x0f:
      return funct3 === 0 ? undefined : 'fence.i or cache operation'
    case 0x73:
      if (funct3 !== 0) return 'control register'
      return word === 0x73 || word === 0x100073 ? undefined : 'privileged instruction'
    case 0x2f:
      return atomic(word, funct3)
    case 0x07:
    case 0x27:
      return funct3 === 2 || funct3 === 3 ? 'floating-point load or store' : 'vector load or store'
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
    case 0x53:
      return 'floating-point operation'
    case 0x57:
      return 'vector operation'
    default:
      return 'unknown opcode'
  }
}

function shiftImmediate(
  word: number,
  funct3: number,
  high: number,
  arithmetic: number,
): string | undefined {
  if (funct3 === 1 && high === 0) return undefined
  if (funct3 === 5 && (high === 0 || high === arithmetic)) return undefined
  if (funct3 !== 1 && funct3 !== 5) return undefined
  // Zbb: CPOP and CPOPW are 0x602 in the upper twelve bits.
  return funct3 === 1 && word >>> 20 === 0x602 ? 'cpop' : 'bit manipulation'
}

function register(funct3: number, funct7: number, plain: readonly number[]): string | undefined {
  if ((funct7 === 0 || funct7 === 1) && plain.includes(funct3)) return undefined
  if (funct7 === 0x20 && (funct3 === 0 || funct3 === 5)) return undefined
  return 'bit manipulation'
}

function atomic(word: number, funct3: number): string | undefined {
  if (funct3 !== 2 && funct3 !== 3) return 'atomic form'
  const funct5 = word >>> 27
  if (funct5 === 2 && ((word >>> 20) & 31) !== 0) return 'atomic form'
  return [0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28].includes(funct5) ? undefined : 'atomic form'
}
