import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { checkCertificate } from './checkCertificate.ts'
import { checkConsent, checkConsentUse } from './checkConsent.ts'
import { checkDeal } from './checkDeal.ts'
import { checkQuorum } from './checkQuorum.ts'
import { checkSlots } from './checkSlots.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

const CHECKS = [checkDeal, checkCertificate, checkConsent, checkConsentUse, checkSlots, checkQuorum]

/** The code with which `settle` would refuse, or undefined: known before any gas is paid. Same order, same names as the contract. */
export async function checkSettlement(
  context: SettlementContext,
): Promise<SettlementCode | undefined> {
  for (const check of CHECKS) {
    const code = await check(context)
    if (code !== undefined) return code
  }
  return undefined
}

/** @throws Settlement.<code> */
export async function assertSettlement(context: SettlementContext): Promise<void> {
  const code = await checkSettlement(context)
  if (code !== undefined) throw new WouldRefuseError(code)
}

export class WouldRefuseError extends AmbrosiaError {
  constructor(code: SettlementCode) {
    super(`Settlement.${code}`, `the contract would refuse this settlement: ${code}`, {
      hint: 'Nothing was sent and no gas was paid.',
    })
  }
}
