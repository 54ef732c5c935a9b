import { priceOf } from '../Deal.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

/**
 * How far an oracle's clock may run ahead of the block's, seconds; `CLOCK_TOLERANCE` of the
 * DealBook.
 */
const CLOCK_TOLERANCE_SEC = 300n

/**
 * Whether the certificate is for this deal, in force, and of a paid quality. Mirrors
 * `DealBook._refuseCertificate`.
 */
export function checkCertificate(context: SettlementContext): SettlementCode | undefined {
  const { terms, blockTime } = context
  const { certificate } = context.settlement
  if (certificate.dealId !== context.dealId) return 'CertificateDealMismatch'
  if (certificate.validatorHash !== terms.validatorHash) return 'CertificateValidatorMismatch'
  if (certificate.asOf > blockTime + CLOCK_TOLERANCE_SEC) return 'CertificateFromFuture'
  const validUntil = certificate.asOf + BigInt(terms.certificateLife)
  if (certificate.validUntil !== validUntil) return 'CertificateLifeMismatch'
  if (blockTime > validUntil) return 'CertificateExpired'
  const price = priceOf(terms, certificate.score)
  if (price === undefined) return 'CertificateScoreBelowTiers'
  return context.deal.available < price ? 'DealBudgetShort' : undefined
}
