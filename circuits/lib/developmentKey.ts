// Keys for development: whoever knows the secret numbers behind a Groth16 key can prove anything,
// and those of a development key are public, being hashes of the circuit's hash. In return nobody
// waits for a ceremony, and everybody has the same keys. Groth: "On the Size of Pairing-Based
// Non-interactive Arguments" (EUROCRYPT 2016), section 3.2.

import { createHash } from 'node:crypto'
import { inverse, inverses, modulo, power, rootOfUnity } from './field.ts'
import { multiplyGenerators, POINT_SIZES } from './fixedBase.ts'
import { multiplyGenerator } from './multiplyGenerator.ts'
import { FIELD_ORDER, type R1cs, writeElement } from './r1cs.ts'
import { type ProvingKey, toBytes } from './zkey.ts'

/** The numbers that nobody may know of a real key. */
type Secrets = { tau: bigint; alpha: bigint; beta: bigint; delta: bigint }

/** The development key of the circuit with this hash. */
export async function developmentKey(r1cs: R1cs, circuitHash: string): Promise<Uint8Array> {
  const secrets = secretsOf(circuitHash)
  const scalars = evaluate(r1cs, secrets)
  const { alpha, beta, delta } = secrets
  const [first, a, b1, c, h, publicPoints, second, b2] = (await multiplyGenerators([
    { group: 'g1', scalars: pack([alpha, beta, delta]) },
    { group: 'g1', scalars: pack(scalars.a) },
    { group: 'g1', scalars: pack(scalars.b) },
    { group: 'g1', scalars: pack(scalars.c) },
    { group: 'g1', scalars: pack(scalars.h) },
    { group: 'g1', scalars: pack(scalars.publics) },
    { group: 'g2', scalars: pack([beta, 1n, delta]) },
    { group: 'g2', scalars: pack(scalars.b) },
  ])) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const inFirst = (index: number) => pointAt(first, index, POINT_SIZES.g1)
  const inSecond = (index: number) => pointAt(second, index, POINT_SIZES.g2)
  const key: ProvingKey = {
    wireCount: r1cs.wireCount,
    publicCount: r1cs.publicCount,
    domainSize: scalars.h.length,
    alpha1: inFirst(0),
    beta1: inFirst(1),
    delta1: inFirst(2),
    beta2: inSecond(0),
    gamma2: inSecond(1),
    delta2: inSecond(2),
    publicPoints,
    coefficients: scalars.coefficients,
    ...{ a, b1, b2, c, h },
  }
  return toBytes(key)
}

/**
 * The first point of a development key, alpha in G1: by it anyone can tell such a key from a real
 * one, whatever it is called.
 */
export function developmentAlpha(circuitHash: string): Uint8Array {
  return multiplyGenerator(secretsOf(circuitHash).alpha)
}

function secretsOf(circuitHash: string): Secrets {
  const secret = (name: string) => {
    const text = `Ambrosia development key, known to everybody: ${name} of ${circuitHash}`
    const digest = createHash('sha512').update(text).digest('hex')
    return BigInt(`0x${digest}`) % FIELD_ORDER
  }
  return {
    tau: secret('tau'),
    alpha: secret('alpha'),
    beta: secret('beta'),
    delta: secret('delta'),
  }
}

type Scalars = {
  /** The polynomials A and B of every wire, evaluated at tau. */
  a: bigint[]
  b: bigint[]
  /**
   * What hides A, B and C of a wire together, by delta for private wires, by gamma = 1 for public
   * ones.
   */
  c: bigint[]
  publics: bigint[]
  h: bigint[]
  coefficients: ProvingKey['coefficients']
}

function evaluate(r1cs: R1cs, { tau, alpha, beta, delta }: Secrets): Scalars {
  const { constraints, wireCount, publicCount } = r1cs
  // One more row for the constant and each public signal: without these rows their polynomials
  // could be linearly dependent.
  const rows = constraints.length + publicCount + 1
  const bits = Math.ceil(Math.log2(rows))
  const lagrange = lagrangeAt(tau, bits)
  const sums = [0, 1, 2].map(() => new Array<bigint>(wireCount).fill(0n)) as [
    bigint[],
    bigint[],
    bigint[],
  ]
  const coefficients: [number, number, number, bigint][] = []
  constraints.forEach((constraint, row) => {
    const weight = lagrange[row] as bigint
    constraint.forEach(({ wires, coefficients: values }, matrix) => {
      const sum = sums[matrix] as bigint[]
      values.forEach((value, i) => {
        const wire = wires[i] as number
        sum[wire] = ((sum[wire] as bigint) + value * weight) % FIELD_ORDER
        if (matrix < 2) coefficients.push([matrix, row, wire, value])
      })
    })
  })
  const [a, b, c] = sums
  for (let wire = 0; wire <= publicCount; wire++) {
    const row = constraints.length + wire
    a[wire] = modulo((a[wire] as bigint) + (lagrange[row] as bigint))
    coefficients.push([0, row, wire, 1n])
  }
  const mixed = a.map((value, wire) =>
    modulo(beta * value + alpha * (b[wire] as bigint) + (c[wire] as bigint)),
  )
  const byDelta = inverse(delta)
  // The prover has the values of A B - C between the domain's points, so it needs the odd
  // places of the domain of twice the size.
  const between = lagrangeAt(tau, bits + 1).filter((_, place) => place % 2 === 1)
  return {
    a,
    b,
    c: mixed.slice(publicCount + 1).map((value) => (value * byDelta) % FIELD_ORDER),
    publics: mixed.slice(0, publicCount + 1),
    h: between.map((value) => (value * byDelta) % FIELD_ORDER),
    coefficients,
  }
}

/**
 * The Lagrange polynomials of the domain of 2^bits roots of unity at a point outside it: w^i (x^n
 * - 1) / (n (x - w^i)).
 */
function lagrangeAt(x: bigint, bits: number): bigint[] {
  const size = 2 ** bits
  const root = rootOfUnity(bits)
  const roots = [1n]
  while (roots.length < size) roots.push(((roots.at(-1) as bigint) * root) % FIELD_ORDER)
  const vanishing = modulo(power(x, BigInt(size)) - 1n)
  const factor = (vanishing * inverse(BigInt(size))) % FIELD_ORDER
  const gaps = inverses(roots.map((place) => modulo(x - place)))
  return roots.map(
    (place, i) => (((place * factor) % FIELD_ORDER) * (gaps[i] as bigint)) % FIELD_ORDER,
  )
}

function pack(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(32 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    writeElement(view, 32 * i, value)
  })
  return bytes
}

function pointAt(points: Uint8Array, index: number, size: number): Uint8Array {
  return points.subarray(index * size, (index + 1) * size)
}
