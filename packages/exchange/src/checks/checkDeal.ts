import type { SettlementCode, SettlementContext } from './context.ts'

/** Whether the deal takes a certificate of this time. Mirrors `DealBook._refuseDeal`. */
export function checkDeal(context: SettlementContext): SettlementCode | undefined {
  const { deal, terms } = context
  const { asOf } = context.settlement.certificate
  if (deal.records >= terms.maximumRecords) return 'DealFull'
  if (deal.gapStart < asOf && asOf < deal.gapEnd) return 'DealPaused'
  const stop = deal.state === 'Active' ? terms.expiry : deal.stoppedAt
  if (asOf <= stop) return undefined
  if (deal.state === 'Paused') return 'DealPaused'
  return deal.state === 'Closed' ? 'DealClosed' : 'DealExpired'
}
