// What names a program and an input: docs/spec/machine.md, sections 4 and 9.

import type { HashPool } from './HashPool.ts'
import { numberOf } from './Instruction.ts'
import {
  childOf,
  createLineTree,
  type LineTree,
  lineAddress,
  linePlace,
  nodeAbove,
  rootOf,
} from './internal/lineTree.ts'
import { fromBytes, toBytes } from './internal/treeFile.ts'
import { updateTree } from './internal/treeUpdate.ts'
import { INPUT_ADDRESS, INPUT_SALT_ADDRESS, LINE_SIZE, STACK_POINTER } from './Layout.ts'
import * as Poseidon from './Poseidon.ts'
import type { Part } from './Program.ts'
import * as Program from './Program.ts'
import * as State from './State.ts'

/** The commitments of a program. */
export type ProgramCommitment = {
  /** Root of the program table. */
  programRoot: bigint
  /**
   * Root of the first 2^31 bytes of memory with the program's image in them: child 0 of a memory
   * root without a salt.
   */
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

/**
 * Where trees are kept between runs, by name; files in a folder, say. What is not there, or
 * damaged, is computed.
 */
export type TreeCache = {
  read(name: string): Promise<Uint8Array | undefined>
  write(name: string, bytes: Uint8Array): Promise<void>
}

/**
 * How hashing is done: on which threads, with which cache; how to see how far it is and how to end
 * it.
 */
export type HashOptions = {
  hashPool?: HashPool | undefined
  cache?: TreeCache | undefined
  signal?: AbortSignal | undefined
  progress?: ((done: number, total: number) => void) | undefined
}

type Kind = 'table' | 'image'
const known: Record<Kind, WeakMap<Program.Program, Promise<LineTree>>> = {
  table: new WeakMap(),
  image: new WeakMap(),
}

/**
 * The tree of a program's table; computed once a process, and once at all where there is a cache.
 */
export function tableTree(program: Program.Program, options: HashOptions = {}): Promise<LineTree> {
  return treeOf('table', program, options)
}

/** The tree of a memory that holds a program's image and nothing else; as {@link tableTree}. */
export function imageTree(program: Program.Program, options: HashOptions = {}): Promise<LineTree> {
  return treeOf('image', program, options)
}

async function treeOf(
  kind: Kind,
  program: Program.Program,
  options: HashOptions,
): Promise<LineTree> {
  const found = known[kind].get(program)
  if (found !== undefined) {
    // Who waits for another's work does not fail with it.
    return found.catch(() => treeOf(kind, program, options))
  }
  const tree = loadTree(kind, program, options)
  known[kind].set(program, tree)
  tree.catch(() => known[kind].delete(program))
  return tree
}

async function loadTree(
  kind: Kind,
  program: Program.Program,
  options: HashOptions,
): Promise<LineTree> {
  const { cache } = options
  const name = `${kind}-${Program.nameOf(program)}`
  const kept = await cache?.read(name)
  const tree = kept === undefined ? undefined : fromBytes(kept)
  if (tree !== undefined) return tree
  const lines = kind === 'table' ? tableLines(program) : gather(program.image)
  const computed = await lines.toTree(options)
  await cache?.write(name, toBytes(computed))
  return computed
}

/** Hashes a program. */
export async function fromProgram(
  program: Program.Program,
  options: HashOptions = {},
): Promise<ProgramCommitment> {
  const programRoot = rootOf(await tableTree(program, options))
  const imageRoot = childOf(await imageTree(program, options), 0)
  const registersHash = State.hashRegisters(initialRegisters())
  const { entry } = program
  const parts = [programRoot, imageRoot, registersHash, BigInt(entry), BigInt(State.VERSION)]
  return { programRoot, imageRoot, registersHash, entry, programId: Poseidon.hash(parts) }
}

/**
 * A memory tree that holds a program's image and keeps its lines: what a run begins with, but for
 * input and salts.
 */
export async function imageMemory(
  program: Program.Program,
  options: HashOptions = {},
): Promise<LineTree> {
  const image = await imageTree(program, options)
  const tree = fromBytes(toBytes(image), { keepsLines: true }) as LineTree
  for (const [line, bytes] of gather(program.image).entries()) {
    const place = linePlace(tree, nodeAbove(tree, line), line)
    tree.memory.set(bytes, lineAddress(tree, place))
  }
  return tree
}

/**
 * The root of the input region that holds `input`, hidden by `salt` (32 bytes): child 1 of the
 * memory root.
 */
export async function inputRoot(
  input: Uint8Array,
  salt?: Uint8Array,
  options: HashOptions = {},
): Promise<bigint> {
  return childOf(await gather(inputParts(input, salt)).toTree(options), 1)
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

/**
 * The lines of the program table: the entry of slot s is chunk s, its low 64 bits everything but
 * the immediate.
 */
function tableLines(program: Program.Program): SparseLines {
  const entries = new SparseLines()
  Program.forEachInstruction(program, (pc, instruction) => {
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
  return entries
}

/** The lines that parts touch, ascending, with their bytes. */
function gather(parts: readonly Part[]): SparseLines {
  const lines = new SparseLines()
  for (const { address, data } of parts) {
    for (let done = 0; done < data.length; ) {
      const { bytes, at } = lines.at(address + done)
      const length = Math.min(LINE_SIZE - (at % LINE_SIZE), data.length - done)
      bytes.set(data.subarray(done, done + length), at)
      done += length
    }
  }
  return lines
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

  *entries(): Generator<[line: number, bytes: Uint8Array]> {
    for (const [i, line] of this.#numbers.entries()) {
      yield [line, this.#bytes.subarray(i * LINE_SIZE, (i + 1) * LINE_SIZE)]
    }
  }

  async toTree({ hashPool, signal, progress }: HashOptions): Promise<LineTree> {
    const tree = createLineTree()
    const read = (from: number, to: number, target: Uint8Array) => {
      target.set(this.#bytes.subarray(from * LINE_SIZE, to * LINE_SIZE))
    }
    const lines = Uint32Array.from(this.#numbers)
    await updateTree(tree, lines, read, { pool: hashPool, signal, progress })
    return tree
  }
}
