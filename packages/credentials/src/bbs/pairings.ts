import { type RandomBytes, random, toBase64url } from '@ambrosia/primitives/Bytes'
import * as Curve from './curve.ts'

/**
 * What is left to check of a proof: e(a, key) = e(b, BP2). The points are of the group of order r
 * and not the identity.
 */
export type PairingClaim = { a: Curve.Point; b: Curve.Point; publicKey: Uint8Array }

/** Claims of several proofs that are decided together. */
export type Pairings = {
  add(claim: PairingClaim): void
  /** Claims so far. */
  count(): number
  /**
   * Positions, in the order of adding, of the claims that do not hold. That none fails is found
   * by one product of pairings, with a random weight of 128 bits for each claim, under which false
   * claims cancel each other out with a probability of 2^-128. Only where that product fails is
   * each claim looked at by itself.
   */
  faulty(): number[]
}

const WEIGHT_SIZE_BYTES = 16

/** @param randomBytes for the weights, which whoever makes a proof must not foresee */
export function createPairings(randomBytes: RandomBytes = random): Pairings {
  const claims: PairingClaim[] = []
  return {
    add: (claim) => void claims.push(claim),
    count: () => claims.length,
    faulty: () => {
      if (claims.length > 1 && holdTogether(claims, randomBytes)) return []
      return claims.flatMap((claim, index) => (holds(claim) ? [] : [index]))
    },
  }
}

/** One claim by itself. */
export function holds({ a, b, publicKey }: PairingClaim): boolean {
  return Curve.pairingsEqual([{ point: a, publicKey }], b)
}

function holdTogether(claims: readonly PairingClaim[], randomBytes: RandomBytes): boolean {
  const weighted = claims.map((claim) => ({
    ...claim,
    weight: Curve.reduceScalar(randomBytes(WEIGHT_SIZE_BYTES)),
  }))
  const byKey = Map.groupBy(weighted, ({ publicKey }) => toBase64url(publicKey))
  const left = [...byKey.values()].map((own) => ({
    publicKey: (own[0] as PairingClaim).publicKey,
    point: Curve.sumOfProducts(
      own.map(({ a }) => a),
      own.map(({ weight }) => weight),
    ),
  }))
  const right = Curve.sumOfProducts(
    weighted.map(({ b }) => b),
    weighted.map(({ weight }) => weight),
  )
  return Curve.pairingsEqual(left, right)
}
