// The group of everything here: ristretto255 (RFC 9496), of prime order, whose encodings are
// canonical.
import { fromHex, type Hex, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { ristretto255 } from '@noble/curves/ed25519.js'

export type Point = InstanceType<typeof ristretto255.Point>

const { Fn } = ristretto255.Point
const SIZE_BYTES = 32

export const BASE: Point = ristretto255.Point.BASE
export const ZERO: Point = ristretto255.Point.ZERO

/** A scalar with no bias: 64 random bytes modulo the order. */
export function randomScalar(randomBytes: RandomBytes): bigint {
  return Fn.create(BigInt(toHex(randomBytes(64))))
}

export const add = (left: bigint, right: bigint): bigint => Fn.add(left, right)
export const multiply = (left: bigint, right: bigint): bigint => Fn.mul(left, right)

/** A point times a scalar, which may be zero. */
export function times(point: Point, scalar: bigint): Point {
  return scalar === 0n ? ZERO : point.multiply(scalar)
}

/** Little-endian bytes of a scalar, as ristretto255's suites write it. */
export function encodeScalar(scalar: bigint): Hex {
  return toHex(Fn.toBytes(scalar))
}

/** @throws Threshold.Malformed where the bytes are not 32 or not below the order */
export function decodeScalar(hex: Hex): bigint {
  return read(hex, 'scalar', (bytes) => Fn.fromBytes(bytes))
}

export function encodePoint(point: Point): Hex {
  return toHex(point.toBytes())
}

/** @throws Threshold.Malformed where the bytes are not a canonical encoding of a point */
export function decodePoint(hex: Hex): Point {
  return read(hex, 'point', (bytes) => ristretto255.Point.fromBytes(bytes))
}

/** Lagrange's coefficient at zero of one index among those that take part. */
export function coefficientAtZero(index: number, indices: readonly number[]): bigint {
  let above = 1n
  let below = 1n
  for (const other of indices) {
    if (other === index) continue
    above = Fn.mul(above, BigInt(other))
    below = Fn.mul(below, Fn.create(BigInt(other) - BigInt(index)))
  }
  return Fn.mul(above, Fn.inv(below))
}

function read<T>(hex: Hex, what: string, decode: (bytes: Uint8Array) => T): T {
  try {
    const bytes = fromHex(hex)
    if (bytes.length === SIZE_BYTES) return decode(bytes)
  } catch {
    // falls through to the one refusal: what was wrong with secret bytes is not said
  }
  throw new AmbrosiaError('Threshold.Malformed', `expected a ${what} of ${SIZE_BYTES} bytes`)
}
