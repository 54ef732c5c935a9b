// Verifiable secret sharing: Shamir's scheme with Feldman's commitments ("A Practical Scheme for
// Non-interactive Verifiable Secret Sharing", FOCS 1987). The commitments show the secret times the
// base point, which tells nothing of a secret that is random.
import { fromHex, type Hex, type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import {
  add,
  BASE,
  coefficientAtZero,
  decodePoint,
  decodeScalar,
  encodePoint,
  encodeScalar,
  multiply,
  type Point,
  randomScalar,
  times,
  ZERO,
} from './group.ts'

/** One holder's part of a secret. `value` is secret. */
export type Share = { index: number; value: Hex }

/**
 * What a dealer gives: one share to each holder, the commitments to all. Any `commitments.length`
 * shares make the secret.
 */
export type Dealing = { commitments: readonly Hex[]; shares: readonly Share[] }

/** A dealing as one holder has it. */
export type ReceivedDealing = { dealer: number; commitments: readonly Hex[]; share: Share }

export const MAXIMUM_INDEX = 255

/** A secret that is made here and nowhere whole afterwards. */
export function createSecret(randomBytes: RandomBytes = random): Hex {
  return encodeScalar(randomScalar(randomBytes))
}

/**
 * Shares a secret among holders so that any `threshold` of them have it.
 * @throws Threshold.BadParameters
 */
export function split(
  secret: Hex,
  options: { threshold: number; indices: readonly number[]; randomBytes?: RandomBytes },
): Dealing {
  const { threshold, indices, randomBytes = random } = options
  assertIndices(indices)
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > indices.length) {
    throw new BadParametersError(`${threshold} of ${indices.length}`)
  }
  const coefficients = [decodeScalar(secret)]
  while (coefficients.length < threshold) coefficients.push(randomScalar(randomBytes))
  return {
    commitments: coefficients.map((coefficient) => encodePoint(times(BASE, coefficient))),
    shares: indices.map((index) => ({
      index,
      value: encodeScalar(evaluate(coefficients, BigInt(index))),
    })),
  }
}

/** Whether a share is the one that the commitments promise; what can't be read is not. */
export function isValid(share: Share, commitments: readonly Hex[]): boolean {
  try {
    const expected = sharePoint(commitments, share.index)
    return times(BASE, decodeScalar(share.value)).equals(expected)
  } catch {
    return false
  }
}

/**
 * The secret of a threshold of shares, each of which is checked first.
 * @throws Threshold.BadShares naming who gave a wrong one
 * @throws Threshold.TooFewShares
 */
export function combine(shares: readonly Share[], commitments: readonly Hex[]): Hex {
  const wrong = shares.filter((share) => !isValid(share, commitments)).map(({ index }) => index)
  if (wrong.length > 0) throw new BadSharesError(wrong)
  const indices = shares.map(({ index }) => index)
  assertIndices(indices)
  if (shares.length < commitments.length) {
    throw new TooFewSharesError(shares.length, commitments.length)
  }
  const terms = shares.map(({ index, value }) =>
    multiply(coefficientAtZero(index, indices), decodeScalar(value)),
  )
  return encodeScalar(terms.reduce(add))
}

/** The secret times the base point. */
export function publicKey(commitments: readonly Hex[]): Hex {
  return encodePoint(sharePoint(commitments, 0))
}

/** A share times the base point: what anybody can check a holder's work against. */
export function sharePublicKey(commitments: readonly Hex[], index: number): Hex {
  assertIndices([index])
  return encodePoint(sharePoint(commitments, index))
}

/** What an epoch announces on chain for its commitments. */
export function hashCommitments(commitments: readonly Hex[]): Uint8Array {
  return sha256Tagged('ambrosia/threshold/commitments/1', ...commitments.map((hex) => fromHex(hex)))
}

/** Key material of a shared secret for a named use, 32 bytes. */
export function deriveKey(secret: Hex, purpose: string): Uint8Array {
  return sha256Tagged(`ambrosia/threshold/key/1/${purpose}`, fromHex(secret))
}

/** Σ commitments[j]·index^j: the polynomial in the exponent. */
export function sharePoint(commitments: readonly Hex[], index: number): Point {
  if (commitments.length === 0) throw new BadParametersError('no commitment')
  const points = commitments.map(decodePoint)
  return points.reduceRight((sum, point) => times(sum, BigInt(index)).add(point), ZERO)
}

function evaluate(coefficients: readonly bigint[], at: bigint): bigint {
  return coefficients.reduceRight((sum, coefficient) => add(multiply(sum, at), coefficient), 0n)
}

/** Distinct indices from 1 on: at 0 stands the secret itself. */
export function assertIndices(indices: readonly number[]): void {
  const isRange = indices.every(
    (index) => Number.isInteger(index) && index >= 1 && index <= MAXIMUM_INDEX,
  )
  if (!isRange || new Set(indices).size !== indices.length || indices.length === 0) {
    throw new BadParametersError('indices')
  }
}

export class BadParametersError extends AmbrosiaError {
  constructor(what: string) {
    super('Threshold.BadParameters', `a secret cannot be shared like this: ${what}`)
  }
}

export class BadSharesError extends AmbrosiaError {
  /** Indices of those who gave wrong shares. */
  readonly culprits: readonly number[]
  constructor(culprits: readonly number[]) {
    super('Threshold.BadShares', `shares of ${culprits.join(', ')} are not what was promised`)
    this.culprits = culprits
  }
}

export class TooFewSharesError extends AmbrosiaError {
  constructor(count: number, threshold: number) {
    super('Threshold.TooFewShares', `${count} shares, ${threshold} are needed`)
  }
}
