import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'

/**
 * A seeded source of numbers, the same on every machine: xoshiro128** 1.1 (Blackman and Vigna,
 * https://prng.di.unimi.it) over a state from SHA-256. No transcendental function is used, since
 * engines differ in their last digit.
 */
export type Random = {
  /** A number in [0, 1) with 32 bits. */
  next(): number
  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /**
   * Mean 0, deviation 1, within six deviations: the sum of twelve uniform numbers (Irwin and Hall).
   */
  normal(): number
  uuid(): string
  /** A source of its own, so that what one part draws doesn't shift another. */
  fork(label: string): Random
}

export function createRandom(label: string): Random {
  const seed = sha256(fromUtf8(`ambrosia generator 1 ${label}`))
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  const s = new Uint32Array([
    view.getUint32(0),
    view.getUint32(4),
    view.getUint32(8),
    view.getUint32(12) | 1,
  ])
  const bits = (): number => {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0
    const t2 = s2 ^ s0
    const t3 = s3 ^ s1
    s[1] = s1 ^ t2
    s[0] = s0 ^ t3
    s[2] = t2 ^ (s1 << 9)
    s[3] = rotate(t3, 11)
    return result
  }
  const next = (): number => bits() / 2 ** 32
  const random: Random = {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] as never,
    normal: () => {
      let sum = -6
      for (let i = 0; i < 12; i++) sum += next()
      return sum
    },
    uuid: () => {
      const hex = [bits(), bits(), bits(), bits()]
        .map((word) => word.toString(16).padStart(8, '0'))
        .join('')
      const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3]
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    },
    fork: (part) => createRandom(`${label}/${part}`),
  }
  return random
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
