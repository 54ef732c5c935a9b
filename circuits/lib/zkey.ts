// Proving keys in snarkjs's format (version 1, Groth16).

import { FIELD_ORDER, writeElement } from './r1cs.ts'

/** The order of BN254's base field. */
const BASE_ORDER = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

/**
 * Points are affine, coordinates in Montgomery form, little-endian; the point at infinity is all
 * zeros.
 */
export type ProvingKey = {
  wireCount: number
  publicCount: number
  domainSize: number
  alpha1: Uint8Array
  beta1: Uint8Array
  beta2: Uint8Array
  gamma2: Uint8Array
  delta1: Uint8Array
  delta2: Uint8Array
  /** For the constant and the public signals. */
  publicPoints: Uint8Array
  /** Matrix (0 A, 1 B), constraint, wire, coefficient. */
  coefficients: readonly (readonly [matrix: number, row: number, wire: number, value: bigint])[]
  a: Uint8Array
  b1: Uint8Array
  b2: Uint8Array
  /** For the wires after the public ones. */
  c: Uint8Array
  h: Uint8Array
}

/**
 * Montgomery's radix for four limbs of 64 bits, squared: the prover multiplies two numbers of that
 * form and wants one again.
 */
const SQUARED_RADIX = 2n ** 512n % FIELD_ORDER

/** The key's file. */
export function toBytes(key: ProvingKey): Uint8Array {
  const sections: [id: number, content: Uint8Array][] = [
    [1, numbers(1)],
    [2, header(key)],
    [3, key.publicPoints],
    [4, coefficients(key)],
    [5, key.a],
    [6, key.b1],
    [7, key.b2],
    [8, key.c],
    [9, key.h],
    // A hash of the key before contributions, and how many there were: none.
    [10, new Uint8Array(68)],
  ]
  const parts: Uint8Array[] = [Buffer.from('zkey', 'latin1'), numbers(1, sections.length)]
  for (const [id, content] of sections) parts.push(numbers(id), long(content.length), content)
  return Buffer.concat(parts)
}

function header(key: ProvingKey): Uint8Array {
  const { wireCount, publicCount, domainSize, alpha1, beta1, beta2, gamma2, delta1, delta2 } = key
  const fields = [numbers(32), element(BASE_ORDER), numbers(32), element(FIELD_ORDER)]
  const sizes = numbers(wireCount, publicCount, domainSize)
  return Buffer.concat([...fields, sizes, alpha1, beta1, beta2, gamma2, delta1, delta2])
}

function coefficients(key: ProvingKey): Uint8Array {
  const bytes = new Uint8Array(4 + 44 * key.coefficients.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, key.coefficients.length, true)
  let at = 4
  for (const [matrix, row, wire, value] of key.coefficients) {
    view.setUint32(at, matrix, true)
    view.setUint32(at + 4, row, true)
    view.setUint32(at + 8, wire, true)
    writeElement(view, at + 12, (value * SQUARED_RADIX) % FIELD_ORDER)
    at += 44
  }
  return bytes
}

function numbers(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer)
}

function long(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
}

function element(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  writeElement(new DataView(bytes.buffer), 0, value)
  return bytes
}
