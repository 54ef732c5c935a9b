/** Draws of one seed, the same on every machine (mulberry32). */
export type Chance = {
  /** A whole number from 0, below the count. */
  below: (count: number) => number
  /** True once in that many. */
  oneIn: (count: number) => boolean
  pick: <T>(items: readonly T[]) => T
}

export function createChance(seed: number): Chance {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(next() * count)
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
  }
}
