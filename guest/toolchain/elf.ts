import { GuestError } from './errors.ts'

/** A loadable part of an ELF file. Addresses and sizes in bytes. */
export type Segment = {
  address: number
  fileSize: number
  memorySize: number
  executable: boolean
  bytes: Uint8Array
}
/** A function of the symbol table. */
export type FunctionSymbol = { name: string; address: number; size: number }
export type Elf = {
  entry: number
  segments: readonly Segment[]
  text: { address: number; bytes: Uint8Array }
  /** Sorted by address; empty in a stripped file. */
  functions: readonly FunctionSymbol[]
  /** Every named symbol's address. */
  symbols: ReadonlyMap<string, number>
}

type Section = {
  name: string
  type: number
  address: number
  offset: number
  size: number
  link: number
}

const PT_LOAD = 1
const SHT_SYMTAB = 2
const STT_FUNC = 2
const EM_RISCV = 243

/**
 * Reads a linked 64-bit RISC-V program (System V ABI, "Object Files"). The build reads its own
 * linker's output with it; the machine has its own loader, which expects hostile files.
 */
export function readElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = (offset: number) => Number(view.getBigUint64(offset, true))
  if (view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || view.getUint16(18, true) !== EM_RISCV) {
    throw new GuestError('Guest.Layout', 'not a 64-bit RISC-V ELF file')
  }
  const segments: Segment[] = []
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const p = at(32) + i * 56
    if (view.getUint32(p, true) !== PT_LOAD) continue
    const offset = at(p + 8)
    const fileSize = at(p + 32)
    segments.push({
      address: at(p + 16),
      fileSize,
      memorySize: at(p + 40),
      executable: (view.getUint32(p + 4, true) & 1) !== 0,
      bytes: bytes.subarray(offset, offset + fileSize),
    })
  }
  const sections = readSections(bytes, view)
  const text = sections.find((section) => section.name === '.text')
  if (text === undefined) throw new GuestError('Guest.Layout', 'the ELF file has no .text section')
  return {
    entry: at(24),
    segments,
    text: { address: text.address, bytes: bytes.subarray(text.offset, text.offset + text.size) },
    ...readSymbols(bytes, view, sections),
  }
}

function readSections(bytes: Uint8Array, view: DataView): Section[] {
  const at = (offset: number) => Number(view.getBigUint64(offset, true))
  const names: number[] = []
  const sections: Section[] = []
  for (let i = 0; i < view.getUint16(60, true); i++) {
    const s = at(40) + i * 64
    names.push(view.getUint32(s, true))
    sections.push({
      name: '',
      type: view.getUint32(s + 4, true),
      address: at(s + 16),
      offset: at(s + 24),
      size: at(s + 32),
      link: view.getUint32(s + 40, true),
    })
  }
  const table = sections[view.getUint16(62, true)]
  for (const [i, section] of sections.entries()) {
    section.name = cString(bytes, (table?.offset ?? 0) + (names[i] ?? 0))
  }
  return sections
}

function readSymbols(bytes: Uint8Array, view: DataView, sections: readonly Section[]) {
  const functions: FunctionSymbol[] = []
  const symbols = new Map<string, number>()
  for (const section of sections.filter((s) => s.type === SHT_SYMTAB)) {
    const strings = sections[section.link]?.offset ?? 0
    for (let s = section.offset; s < section.offset + section.size; s += 24) {
      const address = Number(view.getBigUint64(s + 8, true))
      const name = cString(bytes, strings + view.getUint32(s, true))
      if (name === '') continue
      symbols.set(name, address)
      if ((view.getUint8(s + 4) & 15) !== STT_FUNC || address === 0) continue
      functions.push({ name, address, size: Number(view.getBigUint64(s + 16, true)) })
    }
  }
  functions.sort((a, b) => a.address - b.address)
  return { functions, symbols }
}

function cString(bytes: Uint8Array, start: number): string {
  return Buffer.from(
    bytes.buffer,
    bytes.byteOffset + start,
    bytes.indexOf(0, start) - start,
  ).toString('latin1')
}
