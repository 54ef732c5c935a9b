import { equal } from './Bytes.ts'
import { AmbrosiaError } from './Errors.ts'
import { sha256 } from './Hash.ts'

/**
 * Binary Merkle tree over SHA-256 as in RFC 9162, section 2.1: leaves and nodes are hashed under
 * different prefixes, the tree of n leaves splits at the largest power of two below n, and the
 * order of leaves counts.
 */
export type Proof = {
  /** Position of the leaf, from 0. */
  index: number
  /**
   * Number of leaves in the tree. It fixes the shape of the path and nothing else: a root alone
   * does not bind it, so whoever signs a root signs the size beside it, as RFC 9162 does in a
   * signed tree head.
   */
  size: number
  /** Siblings from the leaf up. */
  path: readonly Uint8Array[]
}

const HASH_SIZE_BYTES = 32

/** The leaf hash of an entry. */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(0), entry)
}

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(1), left, right)
}

/** The root over entries in their order; the root of none is SHA-256 of nothing. */
export function root(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha256()
  return rootOf(entries.map(hashLeaf))
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array
  const split = splitOf(leaves.length)
  return hashNode(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

/** Proof that the entry at `index` is in the tree. @throws MerkleTree.IndexOutOfRange */
export function prove(entries: readonly Uint8Array[], index: number): Proof {
  if (!Number.isInteger(index) || index < 0 || index >= entries.length) {
    throw new IndexOutOfRangeError(index, entries.length)
  }
  const path: Uint8Array[] = []
  let leaves = entries.map(hashLeaf)
  let at = index
  while (leaves.length > 1) {
    const split = splitOf(leaves.length)
    const isLeft = at < split
    path.push(rootOf(isLeft ? leaves.slice(split) : leaves.slice(0, split)))
    leaves = isLeft ? leaves.slice(0, split) : leaves.slice(split)
    if (!isLeft) at -= split
  }
  return { index, size: entries.length, path: path.reverse() }
}

/**
 * The proofs of several entries, in the order of `indexes`, in one pass over the tree.
 * @throws MerkleTree.IndexOutOfRange
 */
export function proveMany(entries: readonly Uint8Array[], indexes: readonly number[]): Proof[] {
  const size = entries.length
  for (const index of indexes) {
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new IndexOutOfRangeError(index, size)
  }
  const paths = new Map(indexes.map((index) => [index, [] as Uint8Array[]]))
  /**
   * Root of the leaves from `start` on; the paths of those wanted below grow from the leaf upwards.
   */
  const walk = (
    leaves: readonly Uint8Array[],
    start: number,
    wanted: readonly number[],
  ): Uint8Array => {
    if (leaves.length === 1) return leaves[0] as Uint8Array
    const split = splitOf(leaves.length)
    const isLeft = (index: number): boolean => index < start + split
    const left = walk(leaves.slice(0, split), start, wanted.filter(isLeft))
    const right = walk(
      leaves.slice(split),
      start + split,
      wanted.filter((index) => !isLeft(index)),
    )
    for (const index of wanted) paths.get(index)?.push(isLeft(index) ? right : left)
    return hashNode(left, right)
  }
  if (size > 0) walk(entries.map(hashLeaf), 0, [...paths.keys()])
  return indexes.map((index) => ({ index, size, path: paths.get(index) ?? [] }))
}

/**
 * True when the proof leads from the entry to the root. Malformed proofs are false, never an
 * exception.
 */
export function verify(entry: Uint8Array, proof: Proof, expectedRoot: Uint8Array): boolean {
  const { index, size, path } = proof
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index)) return false
  // A sibling of another length would move the border between two hashes.
  if (!Array.isArray(path) || !path.every(isHash) || !isHash(expectedRoot)) return false
  if (size < 1 || index < 0 || index >= size) return false
  const sides: boolean[] = []
  let at = index
  let count = size
  while (count > 1) {
    const split = splitOf(count)
    const isLeft = at < split
    sides.push(isLeft)
    if (isLeft) count = split
    else {
      at -= split
      count -= split
    }
  }
  if (sides.length !== path.length) return false
  let hash = hashLeaf(entry)
  for (const sibling of path) {
    const isLeft = sides.pop() as boolean
    hash = isLeft ? hashNode(hash, sibling) : hashNode(sibling, hash)
  }
  return equal(hash, expectedRoot)
}

function isHash(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === HASH_SIZE_BYTES
}

function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

export class IndexOutOfRangeError extends AmbrosiaError {
  constructor(index: number, size: number) {
    super('MerkleTree.IndexOutOfRange', `leaf ${index} of a tree of ${size} leaves`)
  }
}
