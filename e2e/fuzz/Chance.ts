/** Numbers that follow from a seed: the same seed, the same run. mulberry32 (public domain). */
export type Chance = {
  /** From 0 up to, not including, `count`. */
  below(count: number): number
  pick<T>(values: readonly T[]): T
  /** True once in `count` times. */
  once(count: number): boolean
  bytes(sizeBytes: number): Uint8Array
  /** The values in another order. */
  shuffle<T>(values: readonly T[]): T[]
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (count: number): number => Math.floor((next() / 2 ** 32) * count)
  const shuffle = <T>(values: readonly T[]): T[] => {
    const shuffled = [...values]
    for (let end = shuffled.length - 1; end > 0; end--) {
      const other = below(end + 1)
      const taken = shuffled[other] as T
      shuffled[other] = shuffled[end] as T
      shuffled[end] = taken
    }
    return shuffled
  }
  return {
    below,
    pick: (values) => values[below(values.length)] as (typeof values)[number],
    once: (count) => below(count) === 0,
    bytes: (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => below(256)),
    shuffle,
  }
}
