import * as ConsentText from '@ambrosia/health/ConsentText'
import { toDecimal } from '@ambrosia/primitives/Units'
import type { Address } from 'viem'
import type { Deal } from './Deal.ts'

/**
 * The sentences of a consent, the only ones that a person is shown and signs: what
 * `packages/health` renders of the terms, and what this network must say besides. The identified
 * form says all that 45 CFR 164.508(a)(4) and (c) ask for.
 * @throws Consent.UnknownPurpose, Consent.TermMissing, Consent.TermInvalid
 */
export function consentSentences(options: {
  deal: Deal
  /** The least that the provider receives, in the token's smallest unit. */
  net: bigint
  /** What is given, in a line, and the sensitivity labels of it. */
  selected: { explanation: string; labels: readonly string[] }
  /** DID of the issuer of the record. */
  issuer: string
  provider: Address
  signedAt: Date
}): string[] {
  const { deal, net, selected } = options
  const { agreement, criteria, terms } = deal
  const price = `at least ${toDecimal(net)} MED`
  const identified = criteria.form === 'identified'
  const { sentences } = ConsentText.render({
    purpose: { code: agreement.purpose, words: criteria.title },
    consumerName: agreement.consumerName,
    consumerContact: agreement.consumerContact,
    price,
    until: agreement.retentionEnd,
    resale: agreement.resale,
    identified,
    data: selected.explanation.slice(0, DATA_LENGTH),
    sensitive: selected.labels,
    ...(identified
      ? {
          discloser: options.issuer,
          remuneration: `${agreement.consumerName} pays me ${price} for this record`,
          dealId: deal.dealId,
          provider: options.provider,
          signedAt: options.signedAt.toISOString(),
        }
      : {}),
  })
  return [
    ...sentences,
    `The delivery window is ${terms.deliveryWindow / 3600} hours from the sale on; a claim of delivery can make it last as long again.`,
    // Said as long as oracles run without enclaves (docs/ARCHITECTURE.md, known weaknesses).
    `The operators of the ${terms.oracles.length} oracles that check the data can read what they check.`,
  ]
}

/** Longest description of the data, characters. */
const DATA_LENGTH = 300
