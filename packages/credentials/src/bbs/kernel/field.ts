import {
  add,
  and,
  type Code,
  i64,
  loadI64,
  local,
  set,
  shift,
  shiftSigned,
  storeI64,
  subtract,
  times,
  type WasmFunction,
} from './assemble.ts'

/**
 * The base field of BLS12-381 in WebAssembly: Montgomery form by 2^390 in 13 limbs of 30 bits, each
 * in four bytes, the lowest first. WebAssembly has no product of 64 by 64 bits; limbs of 30 bits
 * leave room to add up products before any carry (Mitschabaude, "Optimizing Montgomery
 * multiplication in WebAssembly", 2022). Values stand below 2p, not below p. The time of an
 * operation does not depend on its operands.
 */
export const PRIME =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const LIMB_COUNT = 13
const LIMB_BITS = 30n
export const FIELD_SIZE_BYTES = 4 * LIMB_COUNT
/** By what Montgomery form multiplies. */
export const RADIX = 1n << (LIMB_BITS * BigInt(LIMB_COUNT))

const MASK = (1n << LIMB_BITS) - 1n
/** -1/p modulo 2^30: p ends in 0x3fffaaab, whose inverse is found by Newton's iteration. */
const FACTOR = factorOf(PRIME)
/** Where a row of products is carried on: between two carries 14 products of 60 bits add up. */
const CARRY_AT = 7

const limbs = Array.from({ length: LIMB_COUNT }, (_, index) => index)
const LAST = LIMB_COUNT - 1

export function toLimbs(value: bigint): Uint32Array {
  return Uint32Array.from(limbs, (index) => Number((value >> (LIMB_BITS * BigInt(index))) & MASK))
}

export function fromLimbs(words: Uint32Array): bigint {
  return words.reduceRight((rest, word) => (rest << LIMB_BITS) | BigInt(word), 0n)
}

const constant = (value: bigint, index: number): Code => i64(BigInt(toLimbs(value)[index] ?? 0))
const masked = (value: Code): Code => and(value, i64(MASK))
const carried = (value: Code): Code => shift(value, LIMB_BITS)
const carriedSigned = (value: Code): Code => shiftSigned(value, LIMB_BITS)
const [OUT, A, B, C] = [0, 1, 2, 3] as const

/** `multiply(out, a, b)`: a*b/2^390, below 2p where a*b is below 600 p^2. */
export const multiply: WasmFunction = (() => {
  const b = (j: number): number => 3 + j
  const sum = (j: number): number => 3 + LIMB_COUNT + j
  const [x, q, carry] = [29, 30, 31] as const
  const row = (i: number): Code => [
    ...set(x, loadI64(local(A), 4 * i)),
    ...set(carry, add(times(local(x), local(b(0))), ...(i === 0 ? [] : [local(sum(0))]))),
    ...set(q, masked(times(local(carry), i64(FACTOR)))),
    ...set(carry, carried(add(local(carry), times(local(q), constant(PRIME, 0))))),
    ...limbs.slice(1).flatMap((j): Code => {
      const value = add(
        times(local(x), local(b(j))),
        times(local(q), constant(PRIME, j)),
        ...(i === 0 || j === LAST ? [] : [local(sum(j))]),
        ...(j === 1 || j === CARRY_AT + 1 ? [local(carry)] : []),
      )
      if (j !== CARRY_AT) return set(sum(j - 1), value)
      return [
        ...set(carry, value),
        ...set(sum(j - 1), masked(local(carry))),
        ...set(carry, carried(local(carry))),
      ]
    }),
  ]
  return {
    name: 'multiply',
    parameterCount: 3,
    localCount: 2 * LIMB_COUNT + 3,
    body: [
      ...limbs.flatMap((j) => set(b(j), loadI64(local(B), 4 * j))),
      ...limbs.flatMap(row),
      ...set(carry, i64(0n)),
      ...limbs
        .slice(0, LAST)
        .flatMap((j) => [
          ...set(carry, add(local(carry), local(sum(j)))),
          ...storeI64(local(OUT), 4 * j, masked(local(carry))),
          ...set(carry, carried(local(carry))),
        ]),
      ...storeI64(local(OUT), 4 * LAST, local(carry)),
    ],
  }
})()

/** Stores a value whose limbs are given as expressions that may be negative or large. */
function storeCarried(carry: number, limbOf: (index: number) => Code): Code {
  return [
    ...set(carry, i64(0n)),
    ...limbs.flatMap((i) => [
      ...set(carry, add(local(carry), limbOf(i))),
      ...storeI64(local(OUT), 4 * i, i === LAST ? local(carry) : masked(local(carry))),
      ...set(carry, carriedSigned(local(carry))),
    ]),
  ]
}

const at = (parameter: number, index: number): Code => loadI64(local(parameter), 4 * index)

/** `addUp(out, a, b)`: a+b, not reduced. */
export const addUp: WasmFunction = {
  name: 'addUp',
  parameterCount: 3,
  localCount: 1,
  body: storeCarried(3, (i) => add(at(A, i), at(B, i))),
}

/** `difference(out, a, b)`: a-b+2p, below 4p. */
export const difference: WasmFunction = {
  name: 'difference',
  parameterCount: 3,
  localCount: 1,
  body: storeCarried(3, (i) => subtract(add(at(A, i), constant(2n * PRIME, i)), at(B, i))),
}

/** `subtractBoth(out, a, b, c)`: a-b-c modulo p, below 2p. */
export const subtractBoth: WasmFunction = (() => {
  const limb = (i: number): number => 4 + i
  const [carry, q] = [4 + LIMB_COUNT, 5 + LIMB_COUNT] as const
  // The multiple of p that is left is told by the highest limb, one too small at most.
  const bits = 45n
  const reciprocal = (1n << bits) / ((PRIME >> (LIMB_BITS * BigInt(LAST))) + 1n)
  return {
    name: 'subtractBoth',
    parameterCount: 4,
    localCount: LIMB_COUNT + 2,
    body: [
      ...set(carry, i64(0n)),
      ...limbs.flatMap((i) => [
        ...set(
          carry,
          subtract(add(local(carry), at(A, i), constant(4n * PRIME, i)), at(B, i), at(C, i)),
        ),
        ...set(limb(i), i === LAST ? local(carry) : masked(local(carry))),
        ...set(carry, carriedSigned(local(carry))),
      ]),
      ...set(q, shift(times(local(limb(LAST)), i64(reciprocal)), bits)),
      ...storeCarried(carry, (i) => subtract(local(limb(i)), times(local(q), constant(PRIME, i)))),
    ],
  }
})()

function factorOf(prime: bigint): bigint {
  let inverse = 1n
  for (let bits = 1; bits < 30; bits *= 2) inverse = (inverse * (2n - prime * inverse)) & MASK
  return (MASK + 1n - inverse) & MASK
}
