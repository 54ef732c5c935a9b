// Arithmetic modulo the order of the BN254 scalar field.

import { FIELD_ORDER } from './r1cs.ts'

export function modulo(value: bigint): bigint {
  const rest = value % FIELD_ORDER
  return rest < 0n ? rest + FIELD_ORDER : rest
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = modulo(base)
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % FIELD_ORDER
    square = (square * square) % FIELD_ORDER
  }
  return result
}

/** @throws RangeError for zero */
export function inverse(value: bigint): bigint {
  if (modulo(value) === 0n) throw new RangeError('zero has no inverse')
  return power(value, FIELD_ORDER - 2n)
}

/** The inverses of many numbers, none of them zero, with a single inversion. */
export function inverses(values: readonly bigint[]): bigint[] {
  const products = [1n]
  for (const value of values) products.push(((products.at(-1) as bigint) * value) % FIELD_ORDER)
  let rest = inverse(products.at(-1) as bigint)
  const result = new Array<bigint>(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = ((products[i] as bigint) * rest) % FIELD_ORDER
    rest = (rest * (values[i] as bigint)) % FIELD_ORDER
  }
  return result
}

/** A generator of the subgroup of order 2^power: a power of 5, which generates the whole group. */
export function rootOfUnity(bits: number): bigint {
  return power(5n, (FIELD_ORDER - 1n) >> BigInt(bits))
}
