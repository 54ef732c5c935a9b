import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Certificate from '../Certificate.ts'
import type * as Consent from '../Consent.ts'
import type { DealTerms } from '../Deal.ts'
import type { Domain } from '../messages/Message.ts'
import type { Settlement } from '../Settlement.ts'

type Of = { terms: DealTerms; dealId: Hex; domain: Domain }

/**
 * The settlement as the contract reads it: what deal and certificate imply is not sent, but filled
 * in before anything is hashed (`PackedSettlement` of contracts/src/exchange). Signatures over
 * something else are then no signatures.
 */
export function fillIn(settlement: Settlement, { terms, dealId, domain }: Of): Settlement {
  const certificate: Certificate.Certificate = {
    ...settlement.certificate,
    dealId,
    validUntil: settlement.certificate.asOf + BigInt(terms.certificateLife),
    validatorHash: terms.validatorHash,
  }
  const consent: Consent.Consent = {
    ...settlement.consent,
    dealId,
    certificateHash: Certificate.hash(certificate, domain),
    consumer: terms.consumer,
    agreementHash: terms.agreementHash,
    purpose: terms.purpose,
    token: terms.token,
  }
  return { ...settlement, certificate, consent }
}

/**
 * The first field of a certificate or consent that does not say what the deal says, such as
 * `consent.purpose`; undefined where there is none.
 */
export function mismatchOf(settlement: Settlement, deal: Of): string | undefined {
  const filled = fillIn(settlement, deal)
  return (
    differs('certificate', settlement.certificate, filled.certificate) ??
    differs('consent', settlement.consent, filled.consent)
  )
}

/** Accounts are compared without regard to the case of their letters. */
function differs<T extends object>(what: string, said: T, implied: T): string | undefined {
  const text = (value: unknown) => String(value).toLowerCase()
  const names = Object.keys(implied) as (keyof T & string)[]
  const field = names.find((name) => text(said[name]) !== text(implied[name]))
  return field && `${what}.${field}`
}
