// A program: its table of instructions, its memory image, its entry point. docs/spec/machine.md,
// sections 3 and 8.

import { createHash } from 'node:crypto'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Elf from './Elf.ts'
import * as Instruction from './Instruction.ts'
import { CODE_END_LIMIT, CODE_SPAN_LIMIT } from './Layout.ts'

/** Bytes that lie in memory, or that instructions are decoded from, at an address. */
export type Part = { address: number; data: Uint8Array }

export type Program = {
  entry: number
  /** What the program table is decoded from, in order of address. */
  code: readonly Part[]
  /** What lies in memory at the start, in order of address; everything else is zero. */
  image: readonly Part[]
}

export type Options = {
  /**
   * Leaves the bytes of executable segments out of memory. Right only for programs that never read
   * their text as data.
   */
  excludeCodeFromMemory?: boolean
}

/** The program of an ELF file. @throws Elf.*, Program.CodeRange */
export function fromElf(bytes: Uint8Array, options: Options = {}): Program {
  const elf = Elf.fromBytes(bytes)
  const code: Part[] = []
  const image: Part[] = []
  for (const { address, data, isExecutable } of elf.segments) {
    if (data.length === 0) continue
    if (isExecutable) code.push({ address, data })
    if (!isExecutable || options.excludeCodeFromMemory !== true) image.push({ address, data })
  }
  const { start, end } = codeRange(code)
  if (end > CODE_END_LIMIT || end - start > CODE_SPAN_LIMIT) throw new CodeRangeError(start, end)
  return { entry: elf.entry, code, image }
}

const names = new WeakMap<Program, string>()

/**
 * A name by what the program is: SHA-256 over its entry, code and image, hexadecimal. Same name,
 * same program id.
 */
export function nameOf(program: Program): string {
  const known = names.get(program)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  hash.update(`program ${program.entry}\n`)
  for (const [kind, parts] of [
    ['code', program.code],
    ['image', program.image],
  ] as const) {
    for (const { address, data } of parts)
      hash.update(`${kind} ${address} ${data.length}\n`).update(data)
  }
  const name = hash.digest('hex')
  names.set(program, name)
  return name
}

/** The first address of code and the one after the last. */
export function codeRange(code: readonly Part[]): { start: number; end: number } {
  const first = code[0]
  const last = code.at(-1)
  if (first === undefined || last === undefined) return { start: 0, end: 0 }
  return { start: first.address, end: last.address + last.data.length }
}

/** The table entry of the slot at `pc`. */
export function instructionAt(program: Program, pc: number): Instruction.Instruction {
  if (pc % 2 !== 0) return Instruction.ILLEGAL
  for (const part of program.code) {
    const at = pc - part.address
    if (at >= 0 && at + 2 <= part.data.length) return decodeAt(part, at)
  }
  return Instruction.ILLEGAL
}

/** The packed entries of the eight slots whose line of the table holds that of `pc`. */
export function leavesAround(program: Program, pc: number): bigint[] {
  const first = pc - (pc % 16)
  return Array.from({ length: 8 }, (_, i) =>
    Instruction.toLeaf(instructionAt(program, first + 2 * i)),
  )
}

/** Calls `visit` for every slot that holds an instruction, in order of pc. */
export function forEachInstruction(
  program: Program,
  visit: (pc: number, instruction: Instruction.Instruction) => void,
): void {
  for (const part of program.code) {
    for (let at = part.address % 2; at + 2 <= part.data.length; at += 2) {
      const instruction = decodeAt(part, at)
      if (instruction !== Instruction.ILLEGAL) visit(part.address + at, instruction)
    }
  }
}

/**
 * An instruction lies whole in one segment: what begins in its last two bytes and needs four is
 * none.
 */
function decodeAt(part: Part, at: number): Instruction.Instruction {
  const { data } = part
  const low = (data[at] as number) | ((data[at + 1] as number) << 8)
  const isWhole = at + 4 <= data.length
  const high = isWhole ? (data[at + 2] as number) | ((data[at + 3] as number) << 8) : undefined
  return Instruction.decode(part.address + at, low, high)
}

export class CodeRangeError extends AmbrosiaError {
  constructor(start: number, end: number) {
    super(
      'Program.CodeRange',
      `code from 0x${start.toString(16)} to 0x${end.toString(16)} does not fit the machine`,
      {
        hint: 'Link executable segments within 32 MiB of each other, ending at 0x7ffffffc at the latest.',
      },
    )
  }
}
