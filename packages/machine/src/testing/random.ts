/** Numbers that look random and are the same for the same seed (xorshift64*, Vigna 2016). */
export type Random = {
  /** 0 to n - 1. */
  below(n: number): number
  pick<T>(items: readonly T[]): T
  u64(): bigint
}

export function createRandom(seed: number): Random {
  let state = (BigInt(seed) * 0x9e3779b97f4a7c15n + 0x2545f4914f6cdd1dn) & (2n ** 64n - 1n) || 1n
  const u64 = () => {
    state ^= state >> 12n
    state = (state ^ (state << 25n)) & (2n ** 64n - 1n)
    state ^= state >> 27n
    return (state * 0x2545f4914f6cdd1dn) & (2n ** 64n - 1n)
  }
  const below = (n: number) => Number((u64() >> 11n) % BigInt(n))
  return { below, u64, pick: (items) => items[below(items.length)] as (typeof items)[number] }
}

/** Operands at which operations turn: signs, ends of words, powers of two. */
export const CORNERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  31n,
  32n,
  63n,
  64n,
  0x7fn,
  0x80n,
  0x7fffn,
  0x8000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x5555555555555555n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0x8000000000000001n,
  0xffffffff00000000n,
  0xffffffff7fffffffn,
  0xffffffff80000000n,
  0xfffffffffffffffen,
  0xffffffffffffffffn,
]
