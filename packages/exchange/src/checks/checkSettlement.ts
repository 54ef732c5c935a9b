import { dealBookDomain } from '../messages/Message.ts'
import { checkCertificate } from './checkCertificate.ts'
import { checkConsent } from './checkConsent.ts'
import { checkDeal } from './checkDeal.ts'
import { checkQuorum } from './checkQuorum.ts'
import { checkSlots } from './checkSlots.ts'
import type { SettlementCode, SettlementContext } from './context.ts'
import { fillIn } from './fillIn.ts'

const CHECKS = [checkDeal, checkCertificate, checkConsent, checkSlots, checkQuorum]

/**
 * The code with which `settle` would refuse, or undefined: known before any gas is paid. Same
 * order, same names as the contract.
 */
export async function checkSettlement(
  context: SettlementContext,
): Promise<SettlementCode | undefined> {
  const { terms, dealId, chainId, dealBook } = context
  const domain = dealBookDomain(chainId, dealBook)
  const settlement = fillIn(context.settlement, { terms, dealId, domain })
  for (const check of CHECKS) {
    const code = await check({ ...context, settlement })
    if (code !== undefined) return code
  }
  return undefined
}
