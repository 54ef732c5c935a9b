import { priceOf } from '../Deal.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

/**
 * How far an oracle's clock may run ahead of the block's, seconds; `CLOCK_TOLERANCE` of the
 * DealBook.
 */
const CLOCK_TOLERANCE_SEC = 300n

/** Whether the certificate is in force and of a paid quality. Mirrors `_refuseCertificate`. */
export function checkCertificate(context: SettlementContext): SettlementCode | undefined {
  const { terms, blockTime } = context
  const { certificate } = context.settlement
  if (certificate.asOf > blockTime + CLOCK_TOLERANCE_SEC) return 'CertificateFromFuture'
  if (blockTime > certificate.validUntil) return 'CertificateExpired'
  const price = priceOf(terms, certificate.score)
  if (price === undefined) return 'CertificateScoreBelowTiers'
  return context.deal.available < price ? 'DealBudgetShort' : undefined
}
