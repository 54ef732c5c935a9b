import type mclTypes from 'mcl-wasm'
import type { Fr, G1 } from 'mcl-wasm'

type Point = G1
type Scalar = Fr
type Library = typeof mclTypes

/** The functions of the library below its classes; they work on addresses of its memory. */
type Functions = {
  _malloc(sizeBytes: number): number
  _mclBnG1_add(sum: number, a: number, b: number): void
  _mclBnG1_sub(difference: number, a: number, b: number): void
  _mclBnG1_dbl(double: number, a: number): void
  _mclBnG1_clear(point: number): void
  _mclBnG1_normalizeVec(normal: number, points: number, count: number): void
}

/** A point as the library's class holds it. */
type Copyable = { a_: Uint32Array; copyToMem(at: number): void; copyFromMem(at: number): void }

/** Bits of a digit. More would cost more buckets than they save additions. */
const DIGIT_BITS = 10
const DIGIT_COUNT = Math.ceil(256 / DIGIT_BITS)
const BUCKET_COUNT = 2 ** (DIGIT_BITS - 1)

/** A sum over fewer points is faster without buckets. */
export const FIXED_MINIMUM_COUNT = 40

/**
 * Sums of products over points that stay the same, the generators: for each the multiples by 2^(10
 * k) are kept, so that a product is one addition a digit, and no doublings. Digits are signed;
 * points with the same digit meet in one bucket (Brickell, Gordon, McCurley and Wilson, "Fast
 * Exponentiation with Precomputation", EUROCRYPT 1992). A point takes 3.7 kB, all of it in the
 * library's memory, since crossing to it costs as much as an addition.
 *
 * Its time depends on the scalars, as that of `mulVec` does.
 */
export function createFixedBases(mcl: Library) {
  const functions = (mcl as unknown as { mod: Functions }).mod
  const pointSizeBytes = asCopyable(new mcl.G1()).a_.byteLength
  const buckets = functions._malloc(BUCKET_COUNT * pointSizeBytes)
  const [running, total] = [functions._malloc(pointSizeBytes), functions._malloc(pointSizeBytes)]
  const tables: number[] = []

  const addTable = (point: Point): void => {
    const table = functions._malloc(DIGIT_COUNT * pointSizeBytes)
    if (table === 0) throw new RangeError('no memory for the multiples of a generator')
    asCopyable(point).copyToMem(table)
    for (let k = 1; k < DIGIT_COUNT; k++) {
      const at = table + k * pointSizeBytes
      functions._mclBnG1_dbl(at, at - pointSizeBytes)
      for (let bit = 1; bit < DIGIT_BITS; bit++) functions._mclBnG1_dbl(at, at)
    }
    // Additions of points in affine form are cheaper.
    functions._mclBnG1_normalizeVec(table, table, DIGIT_COUNT)
    tables.push(table)
  }

  const addBuckets = (): void => {
    // Sum of (index + 1) * bucket: what was added up from above is added once more at each step.
    functions._mclBnG1_clear(running)
    functions._mclBnG1_clear(total)
    for (let index = BUCKET_COUNT - 1; index >= 0; index--) {
      functions._mclBnG1_add(running, running, buckets + index * pointSizeBytes)
      functions._mclBnG1_add(total, total, running)
    }
  }

  return {
    /** Points whose multiples are kept. */
    count: () => tables.length,
    /** Keeps the multiples of further points. */
    extend: (points: readonly Point[]): void => {
      for (const point of points) addTable(point)
    },
    /** Sum of `point[indexes[i]] * scalars[i]`. */
    sum: (indexes: readonly number[], scalars: readonly Scalar[]): Point => {
      for (let index = 0; index < BUCKET_COUNT; index++) {
        functions._mclBnG1_clear(buckets + index * pointSizeBytes)
      }
      const digits = new Int16Array(DIGIT_COUNT)
      for (const [i, scalar] of scalars.entries()) {
        const table = tables[indexes[i] as number] as number
        toDigits(scalar.serialize(), digits)
        for (let k = 0; k < DIGIT_COUNT; k++) {
          const digit = digits[k] as number
          if (digit === 0) continue
          const bucket = buckets + (Math.abs(digit) - 1) * pointSizeBytes
          const multiple = table + k * pointSizeBytes
          if (digit > 0) functions._mclBnG1_add(bucket, bucket, multiple)
          else functions._mclBnG1_sub(bucket, bucket, multiple)
        }
      }
      addBuckets()
      const sum = new mcl.G1()
      asCopyable(sum).copyFromMem(total)
      return sum
    },
  }
}

export type FixedBases = ReturnType<typeof createFixedBases>

/** Signed digits of a scalar below 2^255, 32 bytes big-endian, the lowest first. */
export function toDigits(bytes: Uint8Array, digits: Int16Array): void {
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
    carry = digit > BUCKET_COUNT ? 1 : 0
    digits[k] = digit - carry * 2 ** DIGIT_BITS
  }
}

function asCopyable(point: Point): Copyable {
  return point as unknown as Copyable
}
