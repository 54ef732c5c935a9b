import * as Agreement from '@ambrosia/exchange/Agreement'
import { consentSentences } from '@ambrosia/exchange/consentSentences'
import { minimumNet } from '@ambrosia/exchange/Deal'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import { type Address, zeroAddress } from 'viem'
import type { Offering, SealedForDeal } from './offerRecord.ts'
import { signConsent } from './signConsent.ts'

/** Shows the provider what they sign, and signs it: certificate, price, purpose, end. */
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
  const { score, validUntil } = certificate.certificate
  const maximumRelayerFee = options.maximumRelayerFee ?? 0n
  const net = minimumNet(deal.terms, score) - maximumRelayerFee
  const sentences = consentSentences({
    deal,
    net,
    selected: options.sealed.selected,
    issuer: String(offering.record.credential['issuer']),
    provider: account.address,
    signedAt: new Date(offering.now()),
  })
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
    maximumRelayerFee,
    signedUntil: validUntil,
    consentUntil: deal.terms.retentionEnd,
  })
  return { consent, sentences }
}
