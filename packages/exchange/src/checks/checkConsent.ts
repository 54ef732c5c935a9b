import { BPS } from '@ambrosia/primitives/Units'
import { isAddressEqual, zeroAddress } from 'viem'
import { priceOf } from '../Deal.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

/**
 * Most of the price that a relayer may take, basis points; `MAXIMUM_RELAYER_FEE_BPS` of the
 * DealBook.
 */
const MAXIMUM_RELAYER_FEE_BPS = 1000n

/** Whether this caller may use the consent now, for this fee. Mirrors `_refuseConsent`. */
export function checkConsent(context: SettlementContext): SettlementCode | undefined {
  const { terms, blockTime } = context
  const { certificate, consent, relayerFee } = context.settlement
  const refused = [zeroAddress, terms.token, context.dealBook]
  if (refused.some((one) => isAddressEqual(one, consent.payout))) return 'ConsentPayoutInvalid'
  const isOpen = isAddressEqual(consent.relayer, zeroAddress)
  if (!isOpen && !isAddressEqual(consent.relayer, context.relayer)) return 'ConsentRelayerMismatch'
  if (relayerFee > consent.maximumRelayerFee) return 'ConsentRelayerFeeExceeded'
  const price = priceOf(terms, certificate.score) ?? 0n
  if (relayerFee > (price * MAXIMUM_RELAYER_FEE_BPS) / BPS) return 'RelayerFeeOverLimit'
  if (blockTime > consent.signedUntil) return 'ConsentExpired'
  if (consent.consentUntil < blockTime + 2n * BigInt(terms.deliveryWindow)) return 'ConsentTooShort'
  return undefined
}
