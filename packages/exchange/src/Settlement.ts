import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Certificate } from './Certificate.ts'
import type { Consent } from './Consent.ts'

/** A signature over a certificate, by the oracle at this position of the deal's list. */
export type OracleSignature = { index: number; signature: Hex }

/** What a relayer carries to the chain: certificate and consent with their signatures. He can change none of it. */
export type Settlement = {
  certificate: Certificate
  /** Positions ascend strictly. */
  oracleSignatures: readonly OracleSignature[]
  consent: Consent
  consentSignature: Hex
  /** Money in the token's smallest unit, out of the price. */
  relayerFee: bigint
}
