// One multiple of the generator of G1, where the tables of fixedBase.ts would cost more than they
// save.

import { POINT_SIZES } from './fixedBase.ts'
import { writeElement } from './r1cs.ts'

/** Order of the base field of BN254; EIP-196. */
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
/** EIP-196. */
const GENERATOR = { x: 1n, y: 2n }
/** Proving keys hold a coordinate times this number. */
const MONTGOMERY = 2n ** 256n

/** Jacobian coordinates: the affine point is (x / z^2, y / z^3). */
type Point = { x: bigint; y: bigint; z: bigint }

/**
 * The multiple of the generator, in the bytes of a proving key; all zeros for the point at
 * infinity.
 */
export function multiplyGenerator(scalar: bigint): Uint8Array {
  let sum: Point = { x: 1n, y: 1n, z: 0n }
  for (const bit of scalar.toString(2)) {
    sum = double(sum)
    if (bit === '1') sum = addGenerator(sum)
  }
  const bytes = new Uint8Array(POINT_SIZES.g1)
  if (sum.z === 0n) return bytes
  const inverse = power(sum.z, Q - 2n)
  const square = (inverse * inverse) % Q
  const view = new DataView(bytes.buffer)
  writeElement(view, 0, (((sum.x * square) % Q) * MONTGOMERY) % Q)
  writeElement(view, 32, (((((sum.y * square) % Q) * inverse) % Q) * MONTGOMERY) % Q)
  return bytes
}

/** https://hyperelliptic.org/EFD, "dbl-2009-l", for curves with a = 0. */
function double({ x, y, z }: Point): Point {
  const a = (x * x) % Q
  const b = (y * y) % Q
  const c = (b * b) % Q
  const d = modulo(2n * ((x + b) ** 2n - a - c))
  const e = 3n * a
  const x3 = modulo(e * e - 2n * d)
  return { x: x3, y: modulo(e * (d - x3) - 8n * c), z: (2n * y * z) % Q }
}

/** The same, "madd-2007-bl" with h and r not doubled. */
function addGenerator(point: Point): Point {
  const { x, y, z } = point
  if (z === 0n) return { ...GENERATOR, z: 1n }
  const square = (z * z) % Q
  const h = modulo(GENERATOR.x * square - x)
  const r = modulo(GENERATOR.y * square * z - y)
  if (h === 0n) return r === 0n ? double(point) : { x: 1n, y: 1n, z: 0n }
  const h2 = (h * h) % Q
  const h3 = (h2 * h) % Q
  const v = (x * h2) % Q
  const x3 = modulo(r * r - h3 - 2n * v)
  return { x: x3, y: modulo(r * (v - x3) - y * h3), z: (z * h) % Q }
}

function modulo(value: bigint): bigint {
  const rest = value % Q
  return rest < 0n ? rest + Q : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % Q
    square = (square * square) % Q
  }
  return result
}
