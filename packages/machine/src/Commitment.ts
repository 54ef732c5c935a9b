// What names a program and an input: docs/spec/machine.md, sections 4 and 9.

import type { HashPool } from './HashPool.ts'
import { numberOf } from './Instruction.ts'
import { childOf, createLineTree, type LineTree, rootOf, updateLines } from './internal/lineTree.ts'
import { INPUT_ADDRESS, INPUT_SALT_ADDRESS, LINE_SIZE, STACK_POINTER } from './Layout.ts'
import * as Poseidon from './Poseidon.ts'
import { forEachInstruction, type Part, type Program } from './Program.ts'
import * as State from './State.ts'

/** The commitments of a program. */
export type ProgramCommitment = {
  /** Root of the program table. */
  programRoot: bigint
  /** Root of the first 2^31 bytes of memory with the program's image in them: child 0 of a memory root without a salt. */
  imageRoot: bigint
  registersHash: bigint
  entry: number
  /** Poseidon(programRoot, imageRoot, registersHash, entry, version) */
  programId: bigint
}

/** The initial registers: the stack pointer, and zeros. */
export function initialRegisters(): bigint[] {
  return Array.from({ length: 32 }, (_, index) => (index === 2 ? BigInt(STACK_POINTER) : 0n))
}

/** The trees that a program is committed to by. */
export type ProgramTrees = { table: LineTree; image: LineTree }

/** Hashes a program's table and image. */
export async function createProgramTrees(program: Program, pool?: HashPool): Promise<ProgramTrees> {
  const table = await createProgramTree(program, pool)
  return { table, image: await createPartsTree(program.image, pool) }
}

/** Hashes a program. */
export async function fromProgram(program: Program, pool?: HashPool): Promise<ProgramCommitment> {
  return fromTrees(program, await createProgramTrees(program, pool))
}

export function fromTrees(program: Program, trees: ProgramTrees): ProgramCommitment {
  const programRoot = rootOf(trees.table)
  const imageRoot = childOf(trees.image, 0)
  const registersHash = State.hashRegisters(initialRegisters())
  const { entry } = program
  const parts = [programRoot, imageRoot, registersHash, BigInt(entry), BigInt(State.VERSION)]
  return { programRoot, imageRoot, registersHash, entry, programId: Poseidon.hash(parts) }
}

/** The root of the input region that holds `input`, hidden by `salt` (32 bytes): child 1 of the memory root. */
export async function inputRoot(
  input: Uint8Array,
  salt?: Uint8Array,
  pool?: HashPool,
): Promise<bigint> {
  return childOf(await createPartsTree(inputParts(input, salt), pool), 1)
}

/** What lies in the input region, in order of address. */
export function inputParts(input: Uint8Array, salt?: Uint8Array): Part[] {
  const parts: Part[] = []
  if (input.length > 0) {
    const length = new Uint8Array(8)
    new DataView(length.buffer).setBigUint64(0, BigInt(input.length), true)
    parts.push({ address: INPUT_ADDRESS, data: length })
    parts.push({ address: INPUT_ADDRESS + 8, data: input })
  }
  if (salt !== undefined) parts.push({ address: INPUT_SALT_ADDRESS, data: salt })
  return parts
}

/** The tree of the program table: the entry of slot s is chunk s, its low 64 bits everything but the immediate. */
async function createProgramTree(program: Program, pool?: HashPool): Promise<LineTree> {
  const entries = new SparseLines()
  forEachInstruction(program, (pc, instruction) => {
    const { view, at } = entries.at(pc * 8)
    const { rd, rs1, rs2, size, useImm, isW, imm } = instruction
    view.setUint8(at, numberOf(instruction.operation))
    view.setUint8(at + 1, rd)
    view.setUint8(at + 2, rs1)
    view.setUint8(at + 3, rs2)
    view.setUint8(at + 4, (size === 4 ? 1 : 0) + (useImm ? 2 : 0) + (isW ? 4 : 0))
    view.setInt32(at + 8, imm | 0, true)
    view.setInt32(at + 12, Math.floor(imm / 2 ** 32), true)
  })
  return entries.toTree(pool)
}

async function createPartsTree(parts: readonly Part[], pool?: HashPool): Promise<LineTree> {
  const lines = new SparseLines()
  for (const { address, data } of parts) {
    for (let done = 0; done < data.length; ) {
      const { bytes, at } = lines.at(address + done)
      const length = Math.min(LINE_SIZE - (at % LINE_SIZE), data.length - done)
      bytes.set(data.subarray(done, done + length), at)
      done += length
    }
  }
  return lines.toTree(pool)
}

/** Lines that hold something, gathered in ascending order. */
class SparseLines {
  #numbers: number[] = []
  #bytes = new Uint8Array(64 * LINE_SIZE)
  #view = new DataView(this.#bytes.buffer)

  /** Where the byte of an address is kept. Addresses come in ascending order of their lines. */
  at(address: number): { bytes: Uint8Array; view: DataView; at: number } {
    const line = Math.floor(address / LINE_SIZE)
    if (this.#numbers.at(-1) !== line) {
      this.#numbers.push(line)
      if (this.#numbers.length * LINE_SIZE > this.#bytes.length) {
        const grown = new Uint8Array(this.#bytes.length * 2)
        grown.set(this.#bytes)
        this.#bytes = grown
        this.#view = new DataView(grown.buffer)
      }
    }
    const at = (this.#numbers.length - 1) * LINE_SIZE + (address % LINE_SIZE)
    return { bytes: this.#bytes, view: this.#view, at }
  }

  async toTree(pool: HashPool | undefined): Promise<LineTree> {
    const tree = createLineTree()
    const read = (from: number, to: number, target: Uint8Array) => {
      target.set(this.#bytes.subarray(from * LINE_SIZE, to * LINE_SIZE))
    }
    await updateLines(tree, Uint32Array.from(this.#numbers), read, pool)
    return tree
  }
}
