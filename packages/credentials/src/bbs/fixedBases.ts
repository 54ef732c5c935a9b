import { type AffinePoint, type Kernel, POINT_SIZE_BYTES } from './kernel/kernel.ts'
import { type Groups, sumGroups } from './kernel/sumGroups.ts'

/** Bits of a digit. More would cost more buckets than they save additions. */
const DIGIT_BITS = 10
const DIGIT_COUNT = Math.ceil(256 / DIGIT_BITS)
/** Digits reach from -512 to 512. */
const HIGHEST_DIGIT = 2 ** (DIGIT_BITS - 1)
/** A digit is `row * 32 + column`. */
const COLUMN_BITS = 5
/** A multiple with both its signs. */
const MULTIPLE_SIZE_BYTES = 2 * POINT_SIZE_BYTES

/** Of fewer points the sum is faster without buckets. */
export const FIXED_MINIMUM_COUNT = 40

/**
 * Sums of products over points that stay the same, the generators: for each the multiples by 2^(10
 * k) are kept, so that a product is one addition a digit, and no doublings. Digits are signed;
 * points with the same digit meet in one bucket (Brickell, Gordon, McCurley and Wilson, "Fast
 * Exponentiation with Precomputation", EUROCRYPT 1992), and buckets in rows and columns of their
 * digit. A point takes 5.4 kB.
 *
 * Its time depends on the scalars, as that of `mulVec` does.
 */
export function createFixedBases(kernel: Kernel) {
  /** Address of the first multiple of each point. */
  const tables: number[] = []

  /** @param digits for each point its digits, the lowest first */
  const bucketsOf = (indexes: readonly number[], digits: readonly Int16Array[]): number[][] => {
    const buckets: number[][] = Array.from({ length: HIGHEST_DIGIT + 1 }, () => [])
    digits.forEach((own, i) => {
      let multiple = tables[indexes[i] as number] as number
      for (const digit of own) {
        if (digit > 0) buckets[digit]?.push(multiple)
        if (digit < 0) buckets[-digit]?.push(multiple + POINT_SIZE_BYTES)
        multiple += MULTIPLE_SIZE_BYTES
      }
    })
    return buckets
  }

  return {
    /** Points whose multiples are kept. */
    count: () => tables.length,
    /** Keeps the multiples of further points. */
    extend: (points: readonly AffinePoint[]): void => {
      if (points.length === 0) return
      const sizeBytes = DIGIT_COUNT * MULTIPLE_SIZE_BYTES
      const first = kernel.keep(points.length * sizeBytes)
      const own = points.map((point, index) => {
        kernel.write(first + index * sizeBytes, point)
        return first + index * sizeBytes
      })
      for (let k = 1; k < DIGIT_COUNT; k++) {
        const to = k * MULTIPLE_SIZE_BYTES
        const from = to - MULTIPLE_SIZE_BYTES
        kernel.double(Int32Array.from(own.flatMap((at) => [at + from, at + from, at + to])))
        const again = Int32Array.from(own.flatMap((at) => [at + to, at + to, at + to]))
        for (let bit = 1; bit < DIGIT_BITS; bit++) kernel.double(again)
      }
      for (let at = first; at < first + points.length * sizeBytes; at += MULTIPLE_SIZE_BYTES) {
        kernel.negate(at + POINT_SIZE_BYTES, at)
      }
      tables.push(...own)
    },
    /**
     * Points whose sum, each times 2 to the power of its position, is that of `point[indexes[i]] *
     * scalars[i]`; undefined where two of the points met that have one x, as they do only where an
     * index is given twice.
     * @param scalars below 2^255, 32 bytes big-endian
     */
    sum: (
      indexes: readonly number[],
      scalars: readonly Uint8Array[],
    ): (AffinePoint | undefined)[] | undefined => {
      kernel.clear()
      const digits = scalars.map(toDigits)
      const buckets = sumGroups(kernel, bucketsOf(indexes, digits))
      const lines = buckets && sumGroups(kernel, linesOf(buckets))
      const powers = lines && sumGroups(kernel, powersOf(lines))
      return powers?.map((at) => (at === undefined ? undefined : kernel.read(at)))
    },
  }
}

export type FixedBases = ReturnType<typeof createFixedBases>

const ROW_COUNT = (HIGHEST_DIGIT >> COLUMN_BITS) + 1
const COLUMN_COUNT = 2 ** COLUMN_BITS

/** The buckets of each column, then of each row. */
function linesOf(buckets: readonly (number | undefined)[]): Groups {
  const lines: number[][] = Array.from({ length: COLUMN_COUNT + ROW_COUNT }, () => [])
  buckets.forEach((at, digit) => {
    if (at === undefined) return
    lines[digit % COLUMN_COUNT]?.push(at)
    lines[COLUMN_COUNT + (digit >> COLUMN_BITS)]?.push(at)
  })
  return lines
}

/** The lines that have a power of two in their number; rows count from 2^5. */
function powersOf(lines: readonly (number | undefined)[]): Groups {
  return Array.from({ length: DIGIT_BITS }, (_, power) => {
    const isRow = power >= COLUMN_BITS
    const [first, count] = isRow ? [COLUMN_COUNT, ROW_COUNT] : [0, COLUMN_COUNT]
    const bit = isRow ? power - COLUMN_BITS : power
    return lines
      .slice(first, first + count)
      .filter((at, number): at is number => at !== undefined && ((number >> bit) & 1) === 1)
  })
}

/** Signed digits of a scalar below 2^255, 32 bytes big-endian, the lowest first. */
export function toDigits(bytes: Uint8Array): Int16Array {
  const digits = new Int16Array(DIGIT_COUNT)
  let held = 0
  let heldBits = 0
  let next = bytes.length - 1
  let carry = 0
  for (let k = 0; k < DIGIT_COUNT; k++) {
    while (heldBits < DIGIT_BITS && next >= 0) {
      held |= (bytes[next--] as number) << heldBits
      heldBits += 8
    }
    const digit = (held & (2 ** DIGIT_BITS - 1)) + carry
    held >>>= DIGIT_BITS
    heldBits -= DIGIT_BITS
    carry = digit > HIGHEST_DIGIT ? 1 : 0
    digits[k] = digit - carry * 2 ** DIGIT_BITS
  }
  return digits
}
