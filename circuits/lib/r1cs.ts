// Rank-1 constraint systems as circom writes them (iden3's binary format, version 1): for every
// constraint three sums of coefficient times wire, A, B and C, with A B = C.

import { readFileSync } from 'node:fs'

/** The order of the BN254 scalar field. */
export const FIELD_ORDER =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** One of the three sums of a constraint: wires and their coefficients. */
export type Sum = { wires: Uint32Array; coefficients: bigint[] }

export type Constraint = readonly [a: Sum, b: Sum, c: Sum]

export type R1cs = {
  /**
   * Wire 0 is the constant 1; the next are the public signals, then the private inputs and all
   * others.
   */
  wireCount: number
  publicCount: number
  privateInputCount: number
  constraints: Constraint[]
}

/** Reads a constraint system. @throws TypeError for another format or field */
export function readR1cs(path: string): R1cs {
  const bytes = readFileSync(path)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sections = sectionsOf(bytes, view)
  const header = sections.get(1)
  const body = sections.get(2)
  if (header === undefined || body === undefined) throw new TypeError('a section is missing')
  if (view.getUint32(header, true) !== 32 || readElement(view, header + 4) !== FIELD_ORDER) {
    throw new TypeError('the constraints are not over the BN254 scalar field')
  }
  const field = (index: number) => view.getUint32(header + 36 + 4 * index, true)
  const constraints: Constraint[] = []
  // Wires, outputs, public and private inputs, labels (eight bytes), constraints.
  const count = field(6)
  let at = body
  const readSum = (): Sum => {
    const length = view.getUint32(at, true)
    at += 4
    const sum: Sum = { wires: new Uint32Array(length), coefficients: [] }
    for (let i = 0; i < length; i++) {
      sum.wires[i] = view.getUint32(at, true)
      sum.coefficients.push(readElement(view, at + 4))
      at += 36
    }
    return sum
  }
  for (let i = 0; i < count; i++) constraints.push([readSum(), readSum(), readSum()])
  return {
    wireCount: field(0),
    publicCount: field(1) + field(2),
    privateInputCount: field(3),
    constraints,
  }
}

function sectionsOf(bytes: Buffer, view: DataView): Map<number, number> {
  if (bytes.toString('latin1', 0, 4) !== 'r1cs') throw new TypeError('not a constraint system')
  const sections = new Map<number, number>()
  let at = 12
  for (let i = view.getUint32(8, true); i > 0; i--) {
    sections.set(view.getUint32(at, true), at + 12)
    at += 12 + Number(view.getBigUint64(at + 4, true))
  }
  return sections
}

/** 32 bytes, little-endian. */
export function readElement(view: DataView, at: number): bigint {
  const word = (index: number) => view.getBigUint64(at + 8 * index, true)
  return word(0) | (word(1) << 64n) | (word(2) << 128n) | (word(3) << 192n)
}

/** Writes 32 bytes, little-endian. */
export function writeElement(view: DataView, at: number, value: bigint): void {
  for (let i = 0; i < 4; i++)
    view.setBigUint64(at + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true)
}
