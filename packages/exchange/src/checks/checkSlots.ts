import * as Consent from '../Consent.ts'
import { dealBookDomain } from '../messages/Message.ts'
import type { SettlementCode, SettlementContext } from './context.ts'

/**
 * Whether the consent still stands and person and record may be sold. Mirrors
 * `DealBook._refuseSlots`.
 */
export async function checkSlots(context: SettlementContext): Promise<SettlementCode | undefined> {
  const { slots, terms, settlement } = context
  const { certificate, consent, consentSignature } = settlement
  if (slots.isWithdrawn) return 'ConsentCancelled'
  const domain = dealBookDomain(context.chainId, context.dealBook)
  if (!(await Consent.verify(consent, domain, certificate.provider, consentSignature))) {
    return 'ConsentSignatureInvalid'
  }
  if (slots.isRecordSettled) return 'RecordTagUsed'
  if (slots.personCount >= terms.perPersonCap) return 'PersonTagOverCap'
  return undefined
}
