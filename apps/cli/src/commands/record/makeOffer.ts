import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import type { Offering, SealedForDeal } from '@ambrosia/sdk/provider/offerRecord'
import type { OfferWords } from '@ambrosia/sdk/provider/permitCheck'
import type { CertifiedOffer } from '@ambrosia/sdk/provider/submitOffer'
import type { Address, Hex } from 'viem'
import type { Session } from '../../Session.ts'
import { whileWaiting } from '../../whileWaiting.ts'
import { ask } from './ask.ts'

/** An offer before anything has left. */
export type Prepared = {
  offering: Offering
  sealed: SealedForDeal
  words: OfferWords
  fee: bigint
  session: Session
}

type Made = {
  score: number
  signatures: number
  account: Address
  consentHash: Hex
  file: object
}

/**
 * Asks, has certified, asks again, signs, and keeps what was signed in the wallet. A no is an
 * answer.
 */
export async function makeOffer(
  { offering, sealed, fee, session }: Prepared,
  name: string,
  options: { yes: boolean; relayer?: string },
): Promise<Made | { declined: 'permission' | 'consent' }> {
  const { certifyOffer } = await import('@ambrosia/sdk/provider/offerRecord')
  const { giveConsent } = await import('@ambrosia/sdk/provider/giveConsent')
  const { DeclinedError, permitCheck } = await import('@ambrosia/sdk/provider/permitCheck')
  try {
    const permission = await permitCheck({
      offering,
      sealed,
      maximumRelayerFee: fee,
      confirm: async ({ permission, consent }) => {
        const shown = [
          ...permission,
          'If it passes, you are asked for this consent, at the lowest price of the deal or more:',
          ...consent.map((sentence) => `  ${sentence}`),
        ]
        const isGiven = await ask(shown, 'Let them check it?', options.yes)
        if (!isGiven) throw new DeclinedError('permission')
      },
    })
    const certificate = await whileWaiting('the oracles check', () =>
      certifyOffer(offering, sealed, permission),
    )
    const { consent, sentences } = await giveConsent({
      offering,
      sealed,
      certificate,
      maximumRelayerFee: fee,
      ...(options.relayer === undefined ? {} : { relayer: options.relayer as Address }),
      confirm: async (shown) => {
        if (!(await ask(shown, 'Sign this consent?', options.yes)))
          throw new DeclinedError('consent')
      },
    })
    await keep(
      session,
      name,
      offering,
      { permission: permission.words.sentences, consent: sentences },
      consent,
    )
    return {
      score: certificate.certificate.score,
      signatures: certificate.signatures.length,
      account: offering.account.address,
      consentHash: consent.consentHash,
      file: await toFile(offering, certificate, consent, sentences),
    }
  } catch (error) {
    if (error instanceof DeclinedError) return { declined: error.what }
    throw error
  }
}

/** Keeps what was signed: the person's own copy. */
async function keep(
  session: Session,
  name: string,
  offering: Offering,
  words: { permission: string[]; consent: string[] },
  { consentHash }: SignedConsent,
): Promise<void> {
  const { saveSale } = await import('../../wallet/sales.ts')
  const { agreement, criteria, dealId } = offering.deal
  await saveSale(session, {
    version: 1,
    name,
    dealId,
    account: offering.account.address,
    consentHash,
    signedAt: new Date(offering.now()).toISOString(),
    consumer: agreement.consumerName,
    contact: agreement.consumerContact,
    title: criteria.title,
    issuer: String(offering.record.credential['issuer']),
    ...words,
  })
}

async function toFile(
  { deal }: Offering,
  certificate: CertifiedOffer,
  consent: SignedConsent,
  sentences: readonly string[],
): Promise<object> {
  const { toSettlement } = await import('@ambrosia/exchange/Settlement')
  const Certificate = await import('@ambrosia/exchange/Certificate')
  const Consent = await import('@ambrosia/exchange/Consent')
  return {
    version: 1,
    dealId: deal.dealId,
    certificate: Certificate.toJson(certificate.certificate),
    oracleSignatures: toSettlement(deal.terms, certificate, consent).oracleSignatures,
    consent: Consent.toJson(consent.consent),
    consentHash: consent.consentHash,
    consentSignature: consent.signature,
    sentences,
  }
}
