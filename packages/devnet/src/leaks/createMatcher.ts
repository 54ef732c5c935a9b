import { type Needle, SHORTEST_BYTES } from './forms.ts'

/** Finds any of many needles in one pass. */
export type Matcher = {
  /** Bytes that two neighbouring chunks must share, so that nothing is cut in two unseen. */
  overlapBytes: number
  find(bytes: Uint8Array, onHit: (needle: Needle) => void): void
}

const FILTER_BITS = 22
const FILTER_MASK = 2 ** FILTER_BITS - 1

/**
 * A matcher after Rabin and Karp: the first six bytes of each needle are hashed into a bit filter,
 * and where the filter has a bit the needles of that hash are compared. One pass over the bytes,
 * however many needles there are.
 */
export function createMatcher(needles: readonly Needle[]): Matcher {
  const filter = new Uint8Array(2 ** (FILTER_BITS - 3))
  const byHash = new Map<number, Needle[]>()
  let longestBytes = SHORTEST_BYTES
  for (const needle of needles) {
    const hash = hashAt(needle.bytes, 0)
    filter[hash >>> 3] = (filter[hash >>> 3] as number) | (1 << (hash & 7))
    byHash.set(hash, [...(byHash.get(hash) ?? []), needle])
    longestBytes = Math.max(longestBytes, needle.bytes.length)
  }
  return {
    overlapBytes: longestBytes - 1,
    find: (bytes, onHit) => {
      const last = bytes.length - SHORTEST_BYTES
      for (let index = 0; index <= last; index++) {
        const hash = hashAt(bytes, index)
        if (((filter[hash >>> 3] as number) & (1 << (hash & 7))) === 0) continue
        for (const needle of byHash.get(hash) ?? []) {
          if (startsWith(bytes, index, needle.bytes)) onHit(needle)
        }
      }
    },
  }
}

/** Six bytes as a number of FILTER_BITS bits (multiplicative hashing, Knuth 6.4). */
function hashAt(bytes: Uint8Array, index: number): number {
  const first =
    (bytes[index] as number) |
    ((bytes[index + 1] as number) << 8) |
    ((bytes[index + 2] as number) << 16)
  const second =
    (bytes[index + 3] as number) |
    ((bytes[index + 4] as number) << 8) |
    ((bytes[index + 5] as number) << 16)
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) & FILTER_MASK
}

function startsWith(bytes: Uint8Array, index: number, needle: Uint8Array): boolean {
  if (index + needle.length > bytes.length) return false
  for (let i = 0; i < needle.length; i++) {
    if (bytes[index + i] !== needle[i]) return false
  }
  return true
}
