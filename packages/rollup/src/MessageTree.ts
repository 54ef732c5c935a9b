import { concat, fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { keccak256 } from '@ambrosia/primitives/Hash'
import { hashBytes, hashWords } from './internal/abi.ts'

/**
 * The append-only Merkle tree of depth 32 that inbox and outbox share; docs/protocol/rollup.md,
 * section 3. Its frontier is what appending needs: for each set bit k of the count, the root of the
 * full subtree of 2^k leaves.
 */
export type Frontier = {
  /** Leaves so far. */
  count: number
  /** By height from 0; entries of bits that are not set have no meaning. */
  branch: readonly Hex[]
}

export const DEPTH = 32
const MAXIMUM_COUNT = 2 ** DEPTH - 1

/** Roots of empty subtrees by height. */
const ZEROS: readonly Hex[] = zeroRoots()

export const EMPTY: Frontier = { count: 0, branch: [] }

/** The frontier with one more leaf. @throws MessageTree.Full */
export function append(frontier: Frontier, leaf: Hex): Frontier {
  if (frontier.count >= MAXIMUM_COUNT) throw new FullError()
  const branch = Array.from({ length: DEPTH }, (_, k) => frontier.branch[k] ?? (ZEROS[0] as Hex))
  let node = leaf
  let height = 0
  for (let rest = frontier.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = hashPair(branch[height] as Hex, node)
    height++
  }
  branch[height] = node
  return { count: frontier.count + 1, branch }
}

/** Root of the tree. */
export function root(frontier: Frontier): Hex {
  let node = ZEROS[0] as Hex
  let rest = frontier.count
  for (let height = 0; height < DEPTH; height++) {
    node =
      rest % 2 === 1
        ? hashPair(frontier.branch[height] as Hex, node)
        : hashPair(node, ZEROS[height] as Hex)
    rest = Math.floor(rest / 2)
  }
  return node
}

/** `anchor(count)`: the root and the number of leaves in one word. */
export function anchor(frontier: Frontier): Hex {
  return hashWords(root(frontier), frontier.count)
}

/** Only the subtrees that the count has, lowest first: what the guest is given. */
export function subtrees(frontier: Frontier): Hex[] {
  return frontier.branch.filter((_, height) => hasBit(frontier.count, height))
}

/**
 * Siblings of the leaf at `index` from the leaf up, over all leaves.
 * @throws MessageTree.IndexOutOfRange
 */
export function prove(leaves: readonly Hex[], index: number): Hex[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new IndexOutOfRangeError(index, leaves.length)
  }
  const path: Hex[] = []
  let level = [...leaves]
  let at = index
  for (let height = 0; height < DEPTH; height++) {
    const zero = ZEROS[height] as Hex
    path.push(level[at ^ 1] ?? zero)
    const next: Hex[] = []
    for (let i = 0; i < level.length; i += 2) {
      next.push(hashPair(level[i] as Hex, level[i + 1] ?? zero))
    }
    level = next
    at = Math.floor(at / 2)
  }
  return path
}

/**
 * The root that a leaf at `index` with these siblings leads to.
 * @throws MessageTree.IndexOutOfRange
 */
export function rootFrom(leaf: Hex, index: number, path: readonly Hex[]): Hex {
  if (!Number.isInteger(index) || index < 0 || index > MAXIMUM_COUNT || path.length !== DEPTH) {
    throw new IndexOutOfRangeError(index, path.length)
  }
  let node = leaf
  let at = index
  for (const sibling of path) {
    node = at % 2 === 1 ? hashPair(sibling, node) : hashPair(node, sibling)
    at = Math.floor(at / 2)
  }
  return node
}

function hasBit(count: number, height: number): boolean {
  return Math.floor(count / 2 ** height) % 2 === 1
}

function hashPair(left: Hex, right: Hex): Hex {
  return hashBytes(fromHex(left), fromHex(right))
}

function zeroRoots(): Hex[] {
  const roots: Uint8Array[] = [new Uint8Array(32)]
  for (let height = 1; height < DEPTH; height++) {
    const below = roots[height - 1] as Uint8Array
    roots.push(keccak256(concat(below, below)))
  }
  return roots.map(toHex)
}

export class FullError extends AmbrosiaError {
  constructor() {
    super('MessageTree.Full', `the tree has all of its ${MAXIMUM_COUNT} leaves`)
  }
}

export class IndexOutOfRangeError extends AmbrosiaError {
  constructor(index: number, size: number) {
    super('MessageTree.IndexOutOfRange', `no leaf ${index} in a tree of ${size}`)
  }
}
