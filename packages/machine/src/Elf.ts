// Executable and Linkable Format, 64-bit little-endian: System V ABI, chapters 4 and 5; RISC-V ELF
// psABI 1.0, chapter 8. What the machine accepts of it: docs/spec/machine.md, section 8.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { FIRST_ADDRESS, PROGRAM_LIMIT } from './Layout.ts'

/** One PT_LOAD segment: `data` at `address`, zeros up to `memorySize` bytes. */
export type Segment = {
  address: number
  data: Uint8Array
  memorySize: number
  isExecutable: boolean
}

/** What the machine takes from an ELF file. Segments are in order of address and do not overlap. */
export type Elf = { entry: number; segments: readonly Segment[] }

const HEADER_SIZE = 64
const PROGRAM_HEADER_SIZE = 56
const SECTION_HEADER_SIZE = 64
const SYMBOL_SIZE = 24
const MACHINE_RISCV = 243
const FLAG_RVE = 8

/**
 * Reads the segments and the entry point of a static RISC-V executable.
 * @throws Elf.Truncated, Elf.Unsupported, Elf.OutOfRange, Elf.Overlap
 */
export function fromBytes(bytes: Uint8Array): Elf {
  const view = assertHeader(bytes)
  const entry = u64(view, 24)
  const tableAt = u64(view, 32)
  const entrySize = view.getUint16(54, true)
  const count = view.getUint16(56, true)
  if (count > 0 && entrySize !== PROGRAM_HEADER_SIZE) {
    throw new UnsupportedError(`program headers of ${entrySize} bytes, expected 56`)
  }
  assertInside(bytes, tableAt, count * PROGRAM_HEADER_SIZE, 'program headers')
  const segments: Segment[] = []
  for (let index = 0; index < count; index++) {
    const segment = readSegment(bytes, view, tableAt + index * PROGRAM_HEADER_SIZE, index)
    if (segment !== null) segments.push(segment)
  }
  if (segments.length === 0) throw new UnsupportedError('no segment to load')
  segments.sort((a, b) => a.address - b.address)
  for (let index = 1; index < segments.length; index++) {
    const before = segments[index - 1] as Segment
    const segment = segments[index] as Segment
    if (before.address + before.memorySize > segment.address) {
      throw new OverlapError(before.address, segment.address)
    }
  }
  assertEntry(entry, segments)
  return { entry, segments }
}

/**
 * The addresses of the named symbols of an ELF file; where a name is defined more than once, a
 * global one wins, then the first.
 * @throws Elf.Truncated for a damaged symbol table
 */
export function readSymbols(bytes: Uint8Array): Map<string, number> {
  const view = assertHeader(bytes)
  const tableAt = u64(view, 40)
  const count = view.getUint16(60, true)
  const symbols = new Map<string, number>()
  if (tableAt === 0 || count === 0) return symbols
  assertInside(bytes, tableAt, count * SECTION_HEADER_SIZE, 'section headers')
  const globals = new Set<string>()
  for (let index = 0; index < count; index++) {
    const at = tableAt + index * SECTION_HEADER_SIZE
    if (view.getUint32(at + 4, true) !== 2) continue
    const names = view.getUint32(at + 40, true)
    if (names >= count) throw new TruncatedError('symbol names')
    readSymbolTable(bytes, view, at, tableAt + names * SECTION_HEADER_SIZE, symbols, globals)
  }
  return symbols
}

function readSymbolTable(
  bytes: Uint8Array,
  view: DataView,
  sectionAt: number,
  namesAt: number,
  symbols: Map<string, number>,
  globals: Set<string>,
): void {
  const at = u64(view, sectionAt + 24)
  const size = u64(view, sectionAt + 32)
  assertInside(bytes, at, size, 'symbols')
  const textAt = u64(view, namesAt + 24)
  const textSize = u64(view, namesAt + 32)
  assertInside(bytes, textAt, textSize, 'symbol names')
  const text = bytes.subarray(textAt, textAt + textSize)
  const decoder = new TextDecoder()
  for (let symbol = at; symbol + SYMBOL_SIZE <= at + size; symbol += SYMBOL_SIZE) {
    const nameAt = view.getUint32(symbol, true)
    const info = view.getUint8(symbol + 4)
    const isDefined = view.getUint16(symbol + 6, true) !== 0
    if (!isDefined || nameAt === 0 || nameAt >= textSize || (info & 15) > 2) continue
    const end = text.indexOf(0, nameAt)
    const name = decoder.decode(text.subarray(nameAt, end < 0 ? textSize : end))
    const isGlobal = info >> 4 !== 0
    if (symbols.has(name) && (!isGlobal || globals.has(name))) continue
    if (isGlobal) globals.add(name)
    symbols.set(name, u64(view, symbol + 8))
  }
}

function assertHeader(bytes: Uint8Array): DataView {
  if (
    bytes.length < 4 ||
    bytes[0] !== 0x7f ||
    bytes[1] !== 0x45 ||
    bytes[2] !== 0x4c ||
    bytes[3] !== 0x46
  ) {
    throw new UnsupportedError('not an ELF file')
  }
  if (bytes.length < HEADER_SIZE) throw new TruncatedError('header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[4] !== 2) throw new UnsupportedError('not a 64-bit file (ELFCLASS64)')
  if (bytes[5] !== 1) throw new UnsupportedError('not little-endian (ELFDATA2LSB)')
  const machine = view.getUint16(18, true)
  if (machine !== MACHINE_RISCV) throw new UnsupportedError(`machine ${machine}, not RISC-V (243)`)
  const type = view.getUint16(16, true)
  if (type !== 2)
    throw new UnsupportedError(`type ${type}, not an executable at fixed addresses (2)`)
  if ((view.getUint32(48, true) & FLAG_RVE) !== 0) {
    throw new UnsupportedError('compiled for RV64E, which has 16 registers')
  }
  return view
}

function readSegment(bytes: Uint8Array, view: DataView, at: number, index: number): Segment | null {
  const type = view.getUint32(at, true)
  if (type === 3) throw new UnsupportedError('linked dynamically (PT_INTERP)')
  if (type !== 1) return null
  const flags = view.getUint32(at + 4, true)
  const offset = u64(view, at + 8)
  const address = u64(view, at + 16)
  const fileSize = u64(view, at + 32)
  const memorySize = u64(view, at + 40)
  if (memorySize === 0 && fileSize === 0) return null
  if (fileSize > memorySize)
    throw new OutOfRangeError(index, 'holds more in the file than in memory')
  assertInside(bytes, offset, fileSize, `segment ${index}`)
  if (address < FIRST_ADDRESS) throw new OutOfRangeError(index, 'begins below 4096')
  if (address + memorySize > PROGRAM_LIMIT) throw new OutOfRangeError(index, 'ends above 2^31')
  const data = bytes.subarray(offset, offset + fileSize)
  return { address, data, memorySize, isExecutable: (flags & 1) !== 0 }
}

function assertEntry(entry: number, segments: readonly Segment[]): void {
  const isInside = segments.some(
    (segment) =>
      segment.isExecutable &&
      entry >= segment.address &&
      entry < segment.address + segment.data.length,
  )
  if (!isInside || entry % 2 !== 0) throw new EntryError(entry)
}

function assertInside(bytes: Uint8Array, offset: number, size: number, what: string): void {
  if (offset + size > bytes.length) throw new TruncatedError(what)
}

/** A 64-bit field; anything from 2^53 up reads as 2^53 or more, which every bound above refuses. */
function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
}

export class TruncatedError extends AmbrosiaError {
  constructor(what: string) {
    super('Elf.Truncated', `the ELF file ends before its ${what} do`, {
      hint: 'Copy or link the file again; it is incomplete or damaged.',
    })
  }
}

export class UnsupportedError extends AmbrosiaError {
  constructor(what: string) {
    super('Elf.Unsupported', `the program cannot be loaded: ${what}`, {
      hint: 'Link a static executable for riscv64 at fixed addresses (-static -no-pie -march=rv64ima).',
    })
  }
}

export class OutOfRangeError extends AmbrosiaError {
  constructor(index: number, what: string) {
    super('Elf.OutOfRange', `segment ${index} ${what}`, {
      hint: 'Link every segment between 0x1000 and 0x80000000.',
    })
  }
}

export class OverlapError extends AmbrosiaError {
  constructor(first: number, second: number) {
    super(
      'Elf.Overlap',
      `the segments at 0x${first.toString(16)} and 0x${second.toString(16)} overlap`,
      { hint: 'Give each segment addresses of its own in the linker script.' },
    )
  }
}

export class EntryError extends AmbrosiaError {
  constructor(entry: number) {
    super('Elf.Entry', `the entry point 0x${entry.toString(16)} is not in an executable segment`, {
      hint: 'Name the start symbol with -e or ENTRY(), and keep its section executable.',
    })
  }
}
