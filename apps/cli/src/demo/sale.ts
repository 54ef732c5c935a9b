import { medTokenAbi } from '@ambrosia/contracts'
import * as Agreement from '@ambrosia/exchange/Agreement'
import { priceOf } from '@ambrosia/exchange/Deal'
import * as ConsentText from '@ambrosia/health/ConsentText'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  type SealedForDeal,
} from '@ambrosia/sdk/provider/offerRecord'
import { type SignedConsent, signConsent } from '@ambrosia/sdk/provider/signConsent'
import type { QuorumCertificate } from '@ambrosia/sdk/provider/submitOffer'
import { type SettleResult, settle, toSettlement } from '@ambrosia/sdk/relay/settle'
import type { LocalAccount } from 'viem'
import { med } from './Screen.ts'

/** One record on its way through a deal. */
export type Sale = {
  sealed: SealedForDeal
  certificate: QuorumCertificate
  consent: SignedConsent
  sentences: string[]
  result: SettleResult
}

export const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000'

/** The least that the provider gets: the price less the most that the deal lets oracles take. */
export function minimumNet(deal: OpenedDeal, score: number): bigint {
  const price = priceOf(deal.terms, score) ?? 0n
  return price - (price * BigInt(deal.terms.commissionCapBps)) / 10_000n
}

/** Shows the provider what he signs, and signs it: certificate, price, purpose, end. */
export async function consentTo(options: {
  offering: Offering
  sealed: SealedForDeal
  certificate: QuorumCertificate
  /** Shows the sentences before they are signed; a rejection signs nothing. */
  confirm?: (sentences: readonly string[]) => Promise<void>
}): Promise<{ consent: SignedConsent; sentences: string[] }> {
  const { offering, certificate } = options
  const { deal, chain, account } = offering
  const net = minimumNet(deal, certificate.certificate.score)
  const rendered = ConsentText.render({
    purpose: { code: deal.agreement.purpose, words: deal.criteria.title },
    consumerName: deal.agreement.consumerName,
    price: `at least ${med(net)} MED`,
    until: deal.agreement.retentionEnd,
    resale: deal.agreement.resale,
    identified: deal.criteria.form === 'identified',
    data: options.sealed.selected.explanation.slice(0, 300),
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
    relayer: ZERO_ADDRESS,
    maximumRelayerFee: 0n,
    signedUntil: certificate.certificate.validUntil,
    consentUntil: deal.terms.retentionEnd,
  })
  return { consent, sentences }
}

/** A whole sale, from selection to payment. */
export async function sell(offering: Offering, relayer: LocalAccount): Promise<Sale> {
  const sealed = await prepareOffer(offering)
  const certificate = await certifyOffer(offering, sealed)
  const { consent, sentences } = await consentTo({ offering, sealed, certificate })
  const result = await settle({
    chain: offering.chain,
    relayer,
    deal: offering.deal,
    settlements: [toSettlement(offering.deal.terms, certificate, consent)],
  })
  return { sealed, certificate, consent, sentences, result }
}

/** MED of an account. */
export async function balanceOf(
  offering: Pick<Offering, 'chain'>,
  account: `0x${string}`,
): Promise<bigint> {
  return await offering.chain.client.readContract({
    address: offering.chain.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  })
}
