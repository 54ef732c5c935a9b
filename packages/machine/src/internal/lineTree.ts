import { LINE_SIZE } from '../Layout.ts'
import {
  allocate,
  createHasher,
  ELEMENT_SIZE,
  type Hasher,
  hashLines,
  hashNodes,
  toBigInt,
} from './hasher.ts'

/**
 * An 8-ary tree over 2^27 lines of 128 bytes (docs/spec/machine.md, section 4): memory, and the
 * program table, whose entries have 16 bytes as well. Nodes exist where something was written, and
 * hold their eight children; a node's own hash stands with its parent. Everything lies in the
 * hasher's memory; nothing ever moves or goes away.
 */
export type LineTree = {
  readonly hasher: Hasher
  /**
   * Whether the lines' bytes are kept: then a line that did not change is not hashed again, and a
   * change can be undone.
   */
  readonly keepsLines: boolean
  /** The element of an all-zero subtree, for each height from 0 (a line) to 9. */
  readonly zeros: readonly Uint8Array[]
  /** Where the root's element lies. */
  readonly rootAt: number
  nodeCount: number
  /**
   * Eight numbers a node: its children, or the places of its lines for nodes of height 1; 0 for
   * none.
   */
  children: Uint32Array
  /** Where a node's own element lies: a child's place in its parent, or rootAt. */
  homes: Uint32Array
  /** Nodes that wait to be hashed. */
  isListed: Uint8Array
  lineCount: number
  readonly nodeChunks: number[]
  readonly lineChunks: number[]
  /** The nodes above the line that was looked for last, by height. */
  readonly path: Uint32Array
  lastLine: number
  /** The hasher's memory; replaced when it grows. */
  memory: Uint8Array
}

export const NODE_SIZE = 8 * ELEMENT_SIZE
/** Heights of nodes above lines: 1 to 9. */
export const HEIGHTS = 9
const CHUNK = 1024
/** The number of the root's node; 0 is not a node. */
export const ROOT = 1

/** The tree of all zeros. */
export function createLineTree(options: { keepsLines?: boolean } = {}): LineTree {
  const { keepsLines = false } = options
  const hasher = createHasher()
  const rootAt = allocate(hasher, ELEMENT_SIZE)
  const zeros = zeroElements(hasher)
  const tree: LineTree = {
    hasher,
    keepsLines,
    zeros,
    rootAt,
    nodeCount: 1,
    children: new Uint32Array(8 * CHUNK),
    homes: new Uint32Array(CHUNK),
    isListed: new Uint8Array(CHUNK),
    lineCount: 1,
    nodeChunks: [],
    lineChunks: [],
    path: new Uint32Array(HEIGHTS + 1),
    lastLine: -1,
    memory: new Uint8Array(hasher.memory.buffer),
  }
  addNode(tree, HEIGHTS, rootAt)
  tree.memory.set(zeros[HEIGHTS] as Uint8Array, rootAt)
  return tree
}

function zeroElements(hasher: Hasher): Uint8Array[] {
  const scratch = allocate(hasher, NODE_SIZE)
  const memory = () => new Uint8Array(hasher.memory.buffer)
  const zeros: Uint8Array[] = []
  memory().fill(0, scratch, scratch + NODE_SIZE)
  hashLines(hasher, scratch, scratch, 1)
  for (let height = 0; height <= HEIGHTS; height++) {
    const zero = memory().slice(scratch, scratch + ELEMENT_SIZE)
    zeros.push(zero)
    for (let i = 0; i < 8; i++) memory().set(zero, scratch + i * ELEMENT_SIZE)
    hashNodes(hasher, scratch, scratch, 1)
  }
  return zeros
}

/** The root as a field element. */
export function rootOf(tree: LineTree): bigint {
  return elementAt(tree, tree.rootAt)
}

/** One of the root's eight children as a field element. */
export function childOf(tree: LineTree, index: number): bigint {
  return elementAt(tree, nodeAddress(tree, ROOT) + index * ELEMENT_SIZE)
}

/**
 * The eight children of each node from a line up to the root, as field elements: heights 0 (lines)
 * to 8.
 */
export function siblingsOf(tree: LineTree, line: number): bigint[][] {
  const path: bigint[][] = []
  let node = ROOT
  for (let height = HEIGHTS; height >= 1; height--) {
    const address = nodeAddress(tree, node)
    const zero = toBigInt(tree.zeros[height - 1] as Uint8Array)
    path.push(
      Array.from({ length: 8 }, (_, i) =>
        node === 0 ? zero : elementAt(tree, address + i * ELEMENT_SIZE),
      ),
    )
    // Below the lowest nodes stand places of lines, not nodes.
    if (height > 1 && node !== 0) node = childIndex(tree, node, line, height)
  }
  return path.reverse()
}

/**
 * The lowest node above a line, made where there is none; `tree.path` then holds all nodes above
 * the line. Lines that are looked for in order share most of their path.
 */
export function nodeAbove(tree: LineTree, line: number): number {
  const { path, lastLine } = tree
  let height = HEIGHTS
  if (lastLine < 0) path[HEIGHTS] = ROOT
  else height = Math.min(HEIGHTS, 1 + Math.floor((31 - Math.clz32(line ^ lastLine)) / 3))
  if (line === lastLine) return path[1] as number
  for (; height > 1; height--) {
    const node = path[height] as number
    const place = 8 * node + digitOf(line, height)
    let child = tree.children[place] as number
    if (child === 0) {
      const home = nodeAddress(tree, node) + digitOf(line, height) * ELEMENT_SIZE
      child = addNode(tree, height - 1, home)
      tree.children[place] = child
    }
    path[height - 1] = child
  }
  tree.lastLine = line
  return path[1] as number
}

/** Where a line's element lies. */
export function lineElement(tree: LineTree, node: number, line: number): number {
  return nodeAddress(tree, node) + digitOf(line, 1) * ELEMENT_SIZE
}

/** The place of a line that the tree keeps, made (zero) where there is none. */
export function linePlace(tree: LineTree, node: number, line: number): number {
  const at = 8 * node + digitOf(line, 1)
  const known = tree.children[at] as number
  if (known !== 0) return known
  const place = tree.lineCount++
  if (place >>> 10 >= tree.lineChunks.length) {
    tree.lineChunks.push(allocate(tree.hasher, CHUNK * LINE_SIZE))
    refresh(tree)
  }
  tree.children[at] = place
  return place
}

/** The bytes of a kept line; undefined where it was never changed, which means zeros. */
export function keptLine(tree: LineTree, line: number): Uint8Array | undefined {
  let node = ROOT
  for (let height = HEIGHTS; height > 1 && node !== 0; height--) {
    node = childIndex(tree, node, line, height)
  }
  const place = node === 0 ? 0 : childIndex(tree, node, line, 1)
  if (place === 0) return undefined
  const at = lineAddress(tree, place)
  return tree.memory.subarray(at, at + LINE_SIZE)
}

export function nodeAddress(tree: LineTree, node: number): number {
  return (tree.nodeChunks[node >>> 10] ?? 0) + (node & (CHUNK - 1)) * NODE_SIZE
}

export function lineAddress(tree: LineTree, place: number): number {
  return (tree.lineChunks[place >>> 10] ?? 0) + (place & (CHUNK - 1)) * LINE_SIZE
}

function childIndex(tree: LineTree, node: number, line: number, height: number): number {
  return tree.children[8 * node + digitOf(line, height)] as number
}

/** Which child of its node at a height a line lies in. */
function digitOf(line: number, height: number): number {
  return (line >>> (3 * (height - 1))) & 7
}

/** Makes a node, all of zero subtrees, whose own element lies at `home`. */
export function addNode(tree: LineTree, height: number, home: number): number {
  const node = tree.nodeCount++
  if (node >>> 10 >= tree.nodeChunks.length) {
    tree.nodeChunks.push(allocate(tree.hasher, CHUNK * NODE_SIZE))
    refresh(tree)
  }
  if (node >= tree.homes.length) {
    tree.children = grown(tree.children)
    tree.homes = grown(tree.homes)
    const isListed = new Uint8Array(2 * tree.isListed.length)
    isListed.set(tree.isListed)
    tree.isListed = isListed
  }
  tree.homes[node] = home
  const zero = tree.zeros[height - 1] as Uint8Array
  const address = nodeAddress(tree, node)
  for (let i = 0; i < 8; i++) tree.memory.set(zero, address + i * ELEMENT_SIZE)
  return node
}

function grown(array: Uint32Array): Uint32Array {
  const twice = new Uint32Array(2 * array.length)
  twice.set(array)
  return twice
}

function refresh(tree: LineTree): void {
  const { buffer } = tree.hasher.memory
  if (tree.memory.buffer !== buffer) tree.memory = new Uint8Array(buffer)
}

function elementAt(tree: LineTree, at: number): bigint {
  return toBigInt(tree.memory.subarray(at, at + ELEMENT_SIZE))
}
