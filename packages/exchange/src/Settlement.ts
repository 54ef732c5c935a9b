import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Certificate } from './Certificate.ts'
import type { Consent } from './Consent.ts'
import type { DealTerms } from './Deal.ts'
import type { QuorumCertificate } from './QuorumCertificate.ts'
import type { QuorumProof } from './quorum/NetworkProof.ts'

/** A signature over a certificate, by the oracle at this position of the deal's list. */
export type OracleSignature = { index: number; signature: Hex }

/**
 * What a relayer carries to the chain: certificate and consent with their signatures. They can
 * change none of it.
 */
export type Settlement = {
  certificate: Certificate
  /** One a position. */
  oracleSignatures: readonly OracleSignature[]
  consent: Consent
  consentSignature: Hex
  /** Money in the token's smallest unit, out of the price. */
  relayerFee: bigint
  /** What certifies instead, where the deal names the network's quorum. */
  quorumProof?: QuorumProof
}

/** A consent with the provider's signature. */
export type SignedConsent = { consent: Consent; consentHash: Hex; signature: Hex }

/** Puts certificate and consent together, signatures in the order of the deal's oracles. */
export function toSettlement(
  terms: Pick<DealTerms, 'oracles'>,
  certificate: QuorumCertificate,
  consent: SignedConsent,
  relayerFee = 0n,
): Settlement {
  const indexed = certificate.signatures.map(({ oracle, signature }) => ({
    index: terms.oracles.findIndex((one) => one.toLowerCase() === oracle.toLowerCase()),
    signature,
  }))
  return {
    certificate: certificate.certificate,
    oracleSignatures: indexed.sort((a, b) => a.index - b.index),
    consent: consent.consent,
    consentSignature: consent.signature,
    relayerFee,
  }
}
