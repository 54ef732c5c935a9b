// Trees as bytes, for a cache: nodes in order, so that what is read back is what was written, place
// for place.

import { createHash } from 'node:crypto'
import { ELEMENT_SIZE } from './hasher.ts'
import {
  addNode,
  createLineTree,
  HEIGHTS,
  type LineTree,
  NODE_SIZE,
  nodeAddress,
  ROOT,
} from './lineTree.ts'

const HEADER_SIZE = 8
const RECORD_SIZE = 8 * 4 + NODE_SIZE
const CHECK_SIZE = 32
const MAGIC = 0x31544d41

/**
 * Number of nodes, each with its children and their elements, the root's element, SHA-256 of all
 * that. Lines are not kept.
 */
export function toBytes(tree: LineTree): Uint8Array {
  const count = tree.nodeCount - 1
  const bytes = new Uint8Array(HEADER_SIZE + count * RECORD_SIZE + ELEMENT_SIZE + CHECK_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, count, true)
  const heights = heightsOf(tree)
  let at = HEADER_SIZE
  for (let node = ROOT; node < tree.nodeCount; node++) {
    for (let i = 0; i < 8; i++) {
      // The lowest nodes point at places of lines.
      const child = (heights[node] as number) > 1 ? (tree.children[8 * node + i] as number) : 0
      view.setUint32(at + 4 * i, child, true)
    }
    const address = nodeAddress(tree, node)
    bytes.set(tree.memory.subarray(address, address + NODE_SIZE), at + 32)
    at += RECORD_SIZE
  }
  bytes.set(tree.memory.subarray(tree.rootAt, tree.rootAt + ELEMENT_SIZE), at)
  bytes.set(checkOf(bytes), at + ELEMENT_SIZE)
  return bytes
}

function heightsOf(tree: LineTree): Uint8Array {
  const heights = new Uint8Array(tree.nodeCount)
  heights[ROOT] = HEIGHTS
  // A child is always made after its node.
  for (let node = ROOT; node < tree.nodeCount; node++) {
    const height = heights[node] as number
    if (height <= 1) continue
    for (let i = 0; i < 8; i++) heights[tree.children[8 * node + i] as number] = height - 1
  }
  return heights
}

/** The tree that was written; undefined where the bytes are not what was written. */
export function fromBytes(
  bytes: Uint8Array,
  options: { keepsLines?: boolean } = {},
): LineTree | undefined {
  if (bytes.length < HEADER_SIZE + RECORD_SIZE + ELEMENT_SIZE + CHECK_SIZE) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(4, true)
  const size = HEADER_SIZE + count * RECORD_SIZE + ELEMENT_SIZE + CHECK_SIZE
  if (view.getUint32(0, true) !== MAGIC || bytes.length !== size) return undefined
  if (Buffer.compare(checkOf(bytes), bytes.subarray(size - CHECK_SIZE)) !== 0) return undefined
  const tree = createLineTree(options)
  const heights = new Uint8Array(count + 1)
  const homes = new Uint32Array(count + 1)
  heights[ROOT] = HEIGHTS
  for (let node = ROOT; node <= count; node++) {
    // The root is there already; every other node follows one that points at it.
    if (node > ROOT) addNode(tree, heights[node] as number, homes[node] as number)
    const at = HEADER_SIZE + (node - 1) * RECORD_SIZE
    const address = nodeAddress(tree, node)
    tree.memory.set(bytes.subarray(at + 32, at + RECORD_SIZE), address)
    for (let i = 0; i < 8; i++) {
      const child = view.getUint32(at + 4 * i, true)
      if (child === 0) continue
      tree.children[8 * node + i] = child
      heights[child] = (heights[node] as number) - 1
      homes[child] = address + i * ELEMENT_SIZE
    }
  }
  const rootFrom = size - CHECK_SIZE - ELEMENT_SIZE
  tree.memory.set(bytes.subarray(rootFrom, rootFrom + ELEMENT_SIZE), tree.rootAt)
  return tree
}

function checkOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256')
    .update(bytes.subarray(0, bytes.length - CHECK_SIZE))
    .digest()
}
