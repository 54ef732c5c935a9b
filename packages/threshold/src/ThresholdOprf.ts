// A pseudorandom function whose key is shared and whose input nobody sees: 2HashDH in the
// verifiable mode of RFC 9497, suite ristretto255-SHA512, with the key in Shamir shares (Jarecki,
// Kiayias, Krawczyk, Xu, "TOPPSS", 2017). The output is that of RFC 9497 under the whole key.
import { fromHex, type Hex, type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import { ristretto255_oprf } from '@noble/curves/ed25519.js'
import type { Held } from './Generation.ts'
import { coefficientAtZero, decodePoint, encodePoint, times, ZERO } from './group.ts'
import { BadSharesError, sharePublicKey, TooFewSharesError } from './Sharing.ts'

/** What a client keeps between asking and combining. `blind` is secret. */
export type Request = { input: Uint8Array; blind: Uint8Array; blinded: Hex }

/** One holder's answer, with the proof that its share made it. */
export type Evaluation = { index: number; element: Hex; proof: Hex }

const { oprf, voprf } = ristretto255_oprf

/**
 * Blinds an input: what is sent tells nothing of it, and two requests for one input can't be told
 * to be so.
 */
export function createRequest(input: Uint8Array, randomBytes: RandomBytes = random): Request {
  const { blind, blinded } = voprf.blind(input, (size = 32) => randomBytes(size))
  return { input, blind, blinded: toHex(blinded) }
}

/**
 * A holder's answer to a blinded input.
 * @throws Threshold.Malformed where the input is not a point, or the one that would show the key's
 * nothing
 */
export function evaluate(held: Held, blinded: Hex, randomBytes: RandomBytes = random): Evaluation {
  const point = decodePoint(blinded)
  const publicKey = sharePublicKey(held.commitments, held.share.index)
  const { evaluated, proof } = voprf.blindEvaluate(
    fromHex(held.share.value),
    fromHex(publicKey),
    point.toBytes(),
    (size = 32) => randomBytes(size),
  )
  return { index: held.share.index, element: toHex(evaluated), proof: toHex(proof) }
}

/** Whether an answer was made with the share that the commitments promise. */
export function isValid(
  evaluation: Evaluation,
  request: Request,
  commitments: readonly Hex[],
): boolean {
  try {
    voprf.finalize(
      request.input,
      request.blind,
      fromHex(evaluation.element),
      fromHex(request.blinded),
      fromHex(sharePublicKey(commitments, evaluation.index)),
      fromHex(evaluation.proof),
    )
    return true
  } catch {
    return false
  }
}

/**
 * The output, 64 bytes, out of a threshold of answers; the same whoever answered.
 * @throws Threshold.BadShares naming who answered wrongly
 * @throws Threshold.TooFewShares
 */
export function combine(
  request: Request,
  evaluations: readonly Evaluation[],
  commitments: readonly Hex[],
): Uint8Array {
  const wrong = evaluations.filter((each) => !isValid(each, request, commitments))
  const indices = evaluations.map(({ index }) => index)
  if (wrong.length > 0) throw new BadSharesError(wrong.map(({ index }) => index))
  if (new Set(indices).size < commitments.length || new Set(indices).size !== indices.length) {
    throw new TooFewSharesError(new Set(indices).size, commitments.length)
  }
  const combined = evaluations
    .map(({ index, element }) => times(decodePoint(element), coefficientAtZero(index, indices)))
    .reduce((sum, point) => sum.add(point), ZERO)
  return oprf.finalize(request.input, request.blind, fromHex(encodePoint(combined)))
}

/** The tag that a network knows a person by: 32 bytes of an output. */
export function personTag(output: Uint8Array): Hex {
  return toHex(sha256Tagged('ambrosia/person-tag/1', output))
}
