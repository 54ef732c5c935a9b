import { BPS } from '@ambrosia/primitives/Units'
import { isAddressEqual, zeroAddress } from 'viem'
import * as Certificate from '../Certificate.ts'
import { priceOf } from '../Deal.ts'
import { dealBookDomain } from '../messages/Message.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

/**
 * Most of the price that a relayer may take, basis points; `MAXIMUM_RELAYER_FEE_BPS` of the
 * DealBook.
 */
const MAXIMUM_RELAYER_FEE_BPS = 1000n

/** Whether the consent says what deal and certificate say. Mirrors `DealBook._refuseConsent`. */
export function checkConsent(context: SettlementContext): SettlementCode | undefined {
  const { terms, dealBook } = context
  const { certificate, consent } = context.settlement
  const domain = dealBookDomain(context.chainId, dealBook)
  if (consent.dealId !== context.dealId) return 'ConsentDealMismatch'
  if (consent.certificateHash !== Certificate.hash(certificate, domain))
    return 'ConsentCertificateMismatch'
  if (!isAddressEqual(consent.consumer, terms.consumer)) return 'ConsentConsumerMismatch'
  if (consent.agreementHash !== terms.agreementHash) return 'ConsentAgreementMismatch'
  if (consent.purpose !== terms.purpose) return 'ConsentPurposeMismatch'
  if (!isAddressEqual(consent.token, terms.token)) return 'ConsentTokenMismatch'
  const refused = [zeroAddress, terms.token, dealBook]
  if (refused.some((one) => isAddressEqual(one, consent.payout))) return 'ConsentPayoutInvalid'
  return undefined
}

/**
 * Whether this caller may use the consent now, for this fee. Mirrors `DealBook._refuseConsentUse`.
 */
export function checkConsentUse(context: SettlementContext): SettlementCode | undefined {
  const { terms, blockTime } = context
  const { certificate, consent, relayerFee } = context.settlement
  const isOpen = isAddressEqual(consent.relayer, zeroAddress)
  if (!isOpen && !isAddressEqual(consent.relayer, context.relayer)) return 'ConsentRelayerMismatch'
  if (relayerFee > consent.maximumRelayerFee) return 'ConsentRelayerFeeExceeded'
  const price = priceOf(terms, certificate.score) ?? 0n
  if (relayerFee > (price * MAXIMUM_RELAYER_FEE_BPS) / BPS) return 'RelayerFeeOverLimit'
  if (blockTime > consent.signedUntil) return 'ConsentExpired'
  if (consent.consentUntil < blockTime + 2n * BigInt(terms.deliveryWindow)) return 'ConsentTooShort'
  return undefined
}
