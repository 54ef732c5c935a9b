// A secret that nobody ever has: every holder deals a random part, and each adds up what it
// received (Pedersen, "A Threshold Cryptosystem without a Trusted Party", EUROCRYPT 1991). Dealers
// first publish the hash of their commitments, so that none chooses its part by those of the
// others.
import type { Hex } from '@ambrosia/primitives/Bytes'
import { add, decodePoint, decodeScalar, encodePoint, encodeScalar } from './group.ts'
import {
  assertIndices,
  BadParametersError,
  BadSharesError,
  isValid,
  type ReceivedDealing,
  type Share,
} from './Sharing.ts'

/** A holder's share of a common secret, and the commitments to it. */
export type Held = { share: Share; commitments: readonly Hex[] }

/**
 * Adds up the dealings that a holder received, one from each dealer that qualified.
 * @throws Threshold.BadShares naming the dealers whose share is not what they committed to
 */
export function addDealings(dealings: readonly ReceivedDealing[]): Held {
  const first = assertDealings(dealings)
  const threshold = first.commitments.length
  const value = dealings.map(({ share }) => decodeScalar(share.value)).reduce(add)
  const commitments = Array.from({ length: threshold }, (_, degree) =>
    encodePoint(
      dealings
        .map((dealing) => decodePoint(dealing.commitments[degree] as Hex))
        .reduce((sum, point) => sum.add(point)),
    ),
  )
  return { share: { index: first.share.index, value: encodeScalar(value) }, commitments }
}

/**
 * That dealings are of distinct dealers, to one holder, of one threshold, and that every share is
 * what was promised.
 */
export function assertDealings(dealings: readonly ReceivedDealing[]): ReceivedDealing {
  const first = dealings[0]
  assertIndices(dealings.map(({ dealer }) => dealer))
  if (first === undefined) throw new BadParametersError('no dealing')
  const isOne = dealings.every(
    ({ share, commitments }) =>
      share.index === first.share.index && commitments.length === first.commitments.length,
  )
  if (!isOne) throw new BadParametersError('dealings of different kinds')
  const wrong = dealings.filter(({ share, commitments }) => !isValid(share, commitments))
  if (wrong.length > 0) throw new BadSharesError(wrong.map(({ dealer }) => dealer))
  return first
}
