import { consentSentences } from '@ambrosia/exchange/consentSentences'
import { minimumNet } from '@ambrosia/exchange/Deal'
import { PERMISSION_LIFE_SEC } from '@ambrosia/exchange/Limits'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { permissionSentences } from '@ambrosia/exchange/permission/permissionSentences'
import * as SignedPermission from '@ambrosia/exchange/permission/SignedPermission'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Offering, SealedForDeal } from './offerRecord.ts'

/** What a person is asked for a sale, before anything leaves. */
export type OfferWords = {
  /** The permission to check, which is signed first. */
  permission: string[]
  /** The consent that is asked for after the check, at the lowest price that the deal may pay. */
  consent: string[]
  /** Until when the permission holds, seconds. */
  validUntil: bigint
}

/**
 * All that a person is shown of an offer: what leaves, to whom, under which words, and what they
 * would sign afterwards. Sends nothing.
 * @throws Consent.UnknownPurpose, Consent.TermMissing, Consent.TermInvalid
 */
export function describeOffer(
  offering: Offering,
  sealed: SealedForDeal,
  maximumRelayerFee = 0n,
): OfferWords {
  const { deal, record, account } = offering
  const issuer = String(record.credential['issuer'])
  const nowMs = offering.now()
  const validUntil = BigInt(Math.floor(nowMs / 1000) + PERMISSION_LIFE_SEC)
  const lowest = deal.terms.tiers[0]?.minimumScore ?? 0
  return {
    validUntil,
    permission: permissionSentences({
      deal,
      selected: sealed.selected,
      issuer,
      oracles: sealed.recipients.map(({ operator }) => operator),
      validUntil,
    }),
    consent: consentSentences({
      deal,
      net: minimumNet(deal.terms, lowest) - maximumRelayerFee,
      selected: sealed.selected,
      issuer,
      provider: account.address,
      signedAt: new Date(nowMs),
    }),
  }
}

/**
 * Shows what leaves, to whom and under which words, and signs the permission to check it: without
 * it no oracle opens the record. Nothing has left before, and nothing leaves where `confirm`
 * rejects.
 */
export async function permitCheck(options: {
  offering: Offering
  sealed: SealedForDeal
  maximumRelayerFee?: bigint
  /**
   * Shows the words before they are signed; a rejection signs nothing ({@link DeclinedError} where
   * the person says no).
   */
  confirm?: (words: OfferWords) => Promise<void>
}): Promise<SignedPermission.SignedPermission> {
  const { offering, sealed, confirm } = options
  const { chain, deal, account } = offering
  const words = describeOffer(offering, sealed, options.maximumRelayerFee)
  await confirm?.(words)
  return await SignedPermission.sign(
    account,
    dealBookDomain(chain.chainId, chain.contracts.dealBook),
    {
      dealId: deal.dealId,
      manifestHash: sealed.offer.manifestHash,
      payloadRoot: sealed.offer.payloadRoot,
      oracles: sealed.recipients.map(({ operator }) => operator),
      asOf: words.validUntil - BigInt(PERMISSION_LIFE_SEC),
      validUntil: words.validUntil,
    },
    words.permission,
  )
}

/** The person said no: an answer, which costs nothing. */
export class DeclinedError extends AmbrosiaError {
  readonly what: 'permission' | 'consent'
  constructor(what: 'permission' | 'consent') {
    super('Offer.Declined', `the ${what} was not given`, { hint: 'Nothing was sold.' })
    this.what = what
  }
}
