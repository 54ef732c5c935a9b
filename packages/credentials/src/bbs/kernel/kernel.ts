import {
  addI32,
  assembleModule,
  type Code,
  call,
  copy,
  countDown,
  i32,
  loadI32,
  local,
  set,
  type WasmFunction,
} from './assemble.ts'
import * as Field from './field.ts'

const { FIELD_SIZE_BYTES } = Field
/** A point in affine form: x, then y. */
export const POINT_SIZE_BYTES = 2 * FIELD_SIZE_BYTES
/** An entry of a list: the addresses of two points, and of where their sum goes. */
const ENTRY_SIZE_BYTES = 12
const PAGE_SIZE_BYTES = 65_536

/** Places at the beginning of the memory. */
const [ZERO, INVERSE, T1, T2, T3, FACTOR, FREE] = [0, 1, 2, 3, 4, 5, 6].map(
  (index) => index * 64,
) as [number, number, number, number, number, number, number]

const [MULTIPLY, ADD_UP, DIFFERENCE, SUBTRACT_BOTH] = [0, 1, 2, 3] as const
const [LIST, COUNT, STEPS] = [0, 1, 2] as const

const [a, b, out] = [0, 4, 8].map((offset) => loadI32(local(LIST), offset)) as [Code, Code, Code]
const yOf = (point: Code): Code => addI32(point, i32(FIELD_SIZE_BYTES))
const move = (by: number): Code => [
  ...set(LIST, addI32(local(LIST), i32(by * ENTRY_SIZE_BYTES))),
  ...set(STEPS, addI32(local(STEPS), i32(by * POINT_SIZE_BYTES))),
]
/** A step of a batch: what is to be inverted, and the product of all before it. */
const [divisor, product, nextProduct] = [
  local(STEPS),
  addI32(local(STEPS), i32(FIELD_SIZE_BYTES)),
  addI32(local(STEPS), i32(FIELD_SIZE_BYTES + POINT_SIZE_BYTES)),
] as const

/**
 * Additions of points need an inverse each; a batch of them needs one together (Montgomery's
 * trick): the way forward multiplies all divisors up, the way back takes one after another off the
 * inverse.
 */
const batch = (name: string, divisorOf: Code, slopeNumerator: Code): WasmFunction[] => [
  {
    name: `${name}Forward`,
    parameterCount: 3,
    localCount: 0,
    body: countDown(COUNT, [
      ...divisorOf,
      ...call(MULTIPLY, nextProduct, product, divisor),
      ...move(1),
    ]),
  },
  {
    name: `${name}Back`,
    parameterCount: 3,
    localCount: 0,
    body: countDown(COUNT, [
      ...move(-1),
      ...call(MULTIPLY, i32(T1), i32(INVERSE), product),
      ...call(MULTIPLY, i32(INVERSE), i32(INVERSE), divisor),
      ...slopeNumerator,
      ...call(MULTIPLY, i32(T1), i32(T1), i32(T2)),
      // x = slope^2 - a.x - b.x, y = slope*(a.x - x) - a.y
      ...call(MULTIPLY, i32(T2), i32(T1), i32(T1)),
      ...call(SUBTRACT_BOTH, i32(T3), i32(T2), a, b),
      ...call(DIFFERENCE, i32(T2), a, i32(T3)),
      ...call(MULTIPLY, i32(T2), i32(T2), i32(T1)),
      ...call(SUBTRACT_BOTH, yOf(out), i32(T2), yOf(a), i32(ZERO)),
      ...copy(out, i32(T3), FIELD_SIZE_BYTES),
    ]),
  },
]

const FUNCTIONS: WasmFunction[] = [
  Field.multiply,
  Field.addUp,
  Field.difference,
  Field.subtractBoth,
  ...batch('add', call(DIFFERENCE, divisor, b, a), call(DIFFERENCE, i32(T2), yOf(b), yOf(a))),
  ...batch('double', call(ADD_UP, divisor, yOf(a), yOf(a)), [
    ...call(MULTIPLY, i32(T2), a, a),
    ...call(ADD_UP, i32(T3), i32(T2), i32(T2)),
    ...call(ADD_UP, i32(T2), i32(T2), i32(T3)),
  ]),
]

type Exports = {
  memory: WebAssembly.Memory
  multiply(out: number, a: number, b: number): void
  subtractBoth(out: number, a: number, b: number, c: number): void
} & Record<
  'addForward' | 'addBack' | 'doubleForward' | 'doubleBack',
  (list: number, count: number, steps: number) => void
>

export type AffinePoint = { x: bigint; y: bigint }

/**
 * Points of G1 in a memory of its own, added and doubled by the thousand. Which points are added
 * depends on the caller, and so does the time.
 */
export type Kernel = {
  /** An address that stays; what `scratch` gave ends. */
  keep(sizeBytes: number): number
  /** An address until the next `keep` or `clear`. */
  scratch(sizeBytes: number): number
  clear(): void
  write(at: number, point: AffinePoint): void
  read(at: number): AffinePoint
  /** Writes the point of `from` with the opposite sign. */
  negate(at: number, from: number): void
  /**
   * Adds pairs, or doubles the first of each: addresses of two points and of their sum, in a row.
   * @returns false where two points have one x, which this addition can't add
   */
  add(list: Int32Array): boolean
  double(list: Int32Array): boolean
}

/** @param invert the inverse modulo the field's prime */
export async function createKernel(invert: (value: bigint) => bigint): Promise<Kernel> {
  const { instance } = await WebAssembly.instantiate(assembleModule(FUNCTIONS))
  const exports = instance.exports as unknown as Exports
  const { memory } = exports
  let kept = FREE
  let used = FREE

  const reserve = (from: number, sizeBytes: number): number => {
    const end = from + sizeBytes
    const missing = end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_SIZE_BYTES))
    return end
  }
  const words = (at: number): Uint32Array =>
    new Uint32Array(memory.buffer, at, FIELD_SIZE_BYTES / 4)
  /** The value by a factor, out of Montgomery form and into it again. */
  const multiplyBy = (at: number, factor: bigint): void => {
    words(FACTOR).set(Field.toLimbs(factor))
    exports.multiply(at, at, FACTOR)
  }
  const valueAt = (at: number): bigint => Field.fromLimbs(words(at)) % Field.PRIME
  const kernel: Kernel = {
    keep: (sizeBytes) => {
      const at = kept
      used = kept = reserve(kept, sizeBytes)
      return at
    },
    scratch: (sizeBytes) => {
      const at = used
      used = reserve(used, sizeBytes)
      return at
    },
    clear: () => {
      used = kept
    },
    write: (at, { x, y }) => {
      for (const [index, value] of [x, y].entries()) {
        words(at + index * FIELD_SIZE_BYTES).set(Field.toLimbs(value))
        multiplyBy(at + index * FIELD_SIZE_BYTES, TO_MONTGOMERY)
      }
    },
    read: (at) => {
      const [x, y] = [0, FIELD_SIZE_BYTES].map((offset) => {
        words(T1).set(words(at + offset))
        multiplyBy(T1, 1n)
        return valueAt(T1)
      }) as [bigint, bigint]
      return { x, y }
    },
    negate: (at, from) => {
      words(at).set(words(from))
      exports.subtractBoth(at + FIELD_SIZE_BYTES, ZERO, from + FIELD_SIZE_BYTES, ZERO)
    },
    add: (list) => run('add', list),
    double: (list) => run('double', list),
  }

  function run(name: 'add' | 'double', list: Int32Array): boolean {
    const count = list.length / 3
    const before = used
    const at = kernel.scratch(list.byteLength)
    new Int32Array(memory.buffer, at, list.length).set(list)
    const steps = kernel.scratch((count + 1) * POINT_SIZE_BYTES)
    const product = (index: number): number => steps + index * POINT_SIZE_BYTES + FIELD_SIZE_BYTES
    words(product(0)).set(Field.toLimbs(ONE))
    exports[`${name}Forward`](at, count, steps)
    const value = valueAt(product(count))
    used = before
    if (value === 0n) return false
    words(INVERSE).set(Field.toLimbs(invert(value)))
    multiplyBy(INVERSE, INVERSE_TO_MONTGOMERY)
    exports[`${name}Back`](at + list.byteLength, count, steps + count * POINT_SIZE_BYTES)
    return true
  }
  return kernel
}

const ONE = Field.RADIX % Field.PRIME
const TO_MONTGOMERY = Field.RADIX ** 2n % Field.PRIME
/** 1/(v*R) becomes R/v by R^2, once more by R for the multiplication itself. */
const INVERSE_TO_MONTGOMERY = Field.RADIX ** 3n % Field.PRIME
