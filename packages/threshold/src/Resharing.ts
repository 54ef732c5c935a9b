// Handing a shared secret on: every old holder deals its own share to the new holders, who put
// together what they received (Desmedt and Jajodia, "Redistributing Secret Shares to New Access
// Structures", 1997). The secret stays and is never whole; old and new shares do not fit together,
// so doing it to the same holders renews their shares (Herzberg et al., "Proactive Secret Sharing",
// CRYPTO 1995).
import type { Hex, RandomBytes } from '@ambrosia/primitives/Bytes'
import { assertDealings, type Held } from './Generation.ts'
import {
  add,
  coefficientAtZero,
  decodePoint,
  decodeScalar,
  encodePoint,
  encodeScalar,
  multiply,
  times,
} from './group.ts'
import {
  BadSharesError,
  type Dealing,
  type ReceivedDealing,
  sharePublicKey,
  split,
  TooFewSharesError,
} from './Sharing.ts'

/** What an old holder deals to the new ones. */
export function deal(
  held: Held,
  options: { threshold: number; indices: readonly number[]; randomBytes?: RandomBytes },
): Dealing {
  return split(held.share.value, options)
}

/**
 * A new holder's share, out of the dealings of old holders: the same dealers for all new holders,
 * at least the old threshold of them.
 * @throws Threshold.BadShares naming dealers who dealt another share than their own, or a share
 * that is not what they committed to
 * @throws Threshold.TooFewShares
 */
export function receive(
  dealings: readonly ReceivedDealing[],
  oldCommitments: readonly Hex[],
): Held {
  const first = assertDealings(dealings)
  const strangers = dealings.filter(
    ({ dealer, commitments }) => commitments[0] !== sharePublicKey(oldCommitments, dealer),
  )
  if (strangers.length > 0) throw new BadSharesError(strangers.map(({ dealer }) => dealer))
  if (dealings.length < oldCommitments.length) {
    throw new TooFewSharesError(dealings.length, oldCommitments.length)
  }
  const dealers = dealings.map(({ dealer }) => dealer)
  const weights = dealers.map((dealer) => coefficientAtZero(dealer, dealers))
  const value = dealings
    .map(({ share }, place) => multiply(weights[place] as bigint, decodeScalar(share.value)))
    .reduce(add)
  const commitments = first.commitments.map((_, degree) =>
    encodePoint(
      dealings
        .map((dealing, place) =>
          times(decodePoint(dealing.commitments[degree] as Hex), weights[place] as bigint),
        )
        .reduce((sum, point) => sum.add(point)),
    ),
  )
  return { share: { index: first.share.index, value: encodeScalar(value) }, commitments }
}
