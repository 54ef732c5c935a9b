import { checkCertificate } from './checkCertificate.ts'
import { checkConsent, checkConsentUse } from './checkConsent.ts'
import { checkDeal } from './checkDeal.ts'
import { checkQuorum } from './checkQuorum.ts'
import { checkSlots } from './checkSlots.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

const CHECKS = [checkDeal, checkCertificate, checkConsent, checkConsentUse, checkSlots, checkQuorum]

/**
 * The code with which `settle` would refuse, or undefined: known before any gas is paid. Same
 * order, same names as the contract.
 */
export async function checkSettlement(
  context: SettlementContext,
): Promise<SettlementCode | undefined> {
  for (const check of CHECKS) {
    const code = await check(context)
    if (code !== undefined) return code
  }
  return undefined
}
