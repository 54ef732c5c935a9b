import * as Agreement from '@ambrosia/exchange/Agreement'
import { priceOf } from '@ambrosia/exchange/Deal'
import * as ConsentText from '@ambrosia/health/ConsentText'
import { toDecimal } from '@ambrosia/primitives/Units'
import { type Address, zeroAddress } from 'viem'
import type { OpenedDeal } from '../consumer/openDeal.ts'
import type { Offering, SealedForDeal } from './offerRecord.ts'
import { type SignedConsent, signConsent } from './signConsent.ts'
import type { QuorumCertificate } from './submitOffer.ts'

/** The least that the provider gets: the price less the most that the deal lets oracles take. */
export function minimumNet(deal: OpenedDeal, score: number): bigint {
  const price = priceOf(deal.terms, score) ?? 0n
  return price - (price * BigInt(deal.terms.commissionCapBps)) / 10_000n
}

/** Shows the provider what he signs, and signs it: certificate, price, purpose, end. */
export async function giveConsent(options: {
  offering: Offering
  sealed: SealedForDeal
  certificate: QuorumCertificate
  /** The only account that may carry the consent; anyone when absent. */
  relayer?: Address
  /** Most that the relayer may take out of the price; none when absent. */
  maximumRelayerFee?: bigint
  /** Shows the sentences before they are signed; a rejection signs nothing. */
  confirm?: (sentences: readonly string[]) => Promise<void>
}): Promise<{ consent: SignedConsent; sentences: string[] }> {
  const { offering, certificate } = options
  const { deal, chain, account } = offering
  const net = minimumNet(deal, certificate.certificate.score) - (options.maximumRelayerFee ?? 0n)
  const rendered = ConsentText.render({
    purpose: { code: deal.agreement.purpose, words: deal.criteria.title },
    consumerName: deal.agreement.consumerName,
    price: `at least ${toDecimal(net)} MED`,
    until: deal.agreement.retentionEnd,
    resale: deal.agreement.resale,
    ...authorizationOf(offering, net),
    data: options.sealed.selected.explanation.slice(0, 300),
    sensitive: options.sealed.selected.labels,
  })
  // Said to the person as long as oracles run without enclaves (docs/ARCHITECTURE.md, known weaknesses).
  const sentences = [
    ...rendered.sentences,
    `The operators of the ${deal.terms.oracles.length} oracles that check the data can read what they check.`,
  ]
  await options.confirm?.(sentences)
  const answers = Agreement.assertAnswers(
    deal.agreement,
    Agreement.answer(deal.agreement, sentences, false),
  )
  const { dealBook } = chain.contracts
  const consent = await signConsent({ chainId: chain.chainId, dealBook }, account, {
    dealId: deal.dealId,
    certificateHash: certificate.certificateHash,
    consumer: deal.terms.consumer,
    agreementHash: deal.terms.agreementHash,
    answersHash: Agreement.hashAnswers(answers),
    purpose: deal.terms.purpose,
    token: deal.terms.token,
    minimumNet: net,
    payout: account.address,
    relayer: options.relayer ?? zeroAddress,
    maximumRelayerFee: options.maximumRelayerFee ?? 0n,
    signedUntil: certificate.certificate.validUntil,
    consentUntil: deal.terms.retentionEnd,
  })
  return { consent, sentences }
}

/** What a consent to sell the form that names the person must say besides (45 CFR 164.508(a)(4) and (c)). */
function authorizationOf({ deal, record, account }: Offering, net: bigint) {
  if (deal.criteria.form !== 'identified') return { identified: false }
  return {
    identified: true,
    discloser: String(record.credential['issuer']),
    remuneration: `${deal.agreement.consumerName} pays me at least ${toDecimal(net)} MED for this record`,
    dealId: deal.dealId,
    provider: account.address,
    signedAt: new Date().toISOString(),
  }
}
