import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Kind } from './Evidence.ts'

/**
 * What a verifier accepts. Everything it trusts stands here; nothing that it trusts comes with the
 * evidence.
 */
export type Policy = {
  /** In production evidence by software never counts, whatever else the policy says. */
  environment: 'development' | 'production'
  /** Kinds that count; others are refused. */
  kinds: readonly Kind[]
  measurements: readonly AllowedMeasurement[]
  dcap?: DcapPolicy
  sevSnp?: SevSnpPolicy
  nitro?: NitroPolicy
  software?: SoftwarePolicy
}

/** A program that may run, and when. Times in Unix seconds. */
export type AllowedMeasurement = {
  /** See `Measurement.ts`. */
  measurement: Hex
  activatesAtSec: number
  /** From then on it no longer counts. */
  sunsetAtSec?: number
}

/** Intel's words for the state of a platform, the best first. */
export type TcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'Revoked'
  | 'Unknown'

export type DcapPolicy = {
  /** Collateral of each platform model that counts, pinned by whoever made the policy. */
  collaterals: readonly Collateral[]
  /** Platform states that count. `UpToDate` alone is the careful choice. */
  tcbStatuses: readonly TcbStatus[]
  /**
   * Advisories that the network has judged harmless to it; a platform with another one is refused.
   * Absent: any.
   */
  advisories?: readonly string[]
  /** Smallest TCB evaluation data number; stops collateral that is valid and yet old. */
  minimumTcbEvaluation?: number
  /** Root in PEM instead of Intel's. For tests of a platform of one's own. */
  rootPem?: string
}

/**
 * Intel's statements about a platform model, as a PCCS serves them: CRLs and signatures in hex,
 * chains in PEM, the rest JSON text.
 */
export type Collateral = {
  pck_crl_issuer_chain: string
  root_ca_crl: string
  pck_crl: string
  tcb_info_issuer_chain: string
  tcb_info: string
  tcb_info_signature: string
  qe_identity_issuer_chain: string
  qe_identity: string
  qe_identity_signature: string
}

/** Security versions of AMD's firmware parts, 0 to 255 each. */
export type SevTcb = { bootloader: number; tee: number; snp: number; microcode: number }

export type SevSnpPolicy = {
  /** SHA-256 of the root certificates (ARK) that count. `roots.ts` names those we know. */
  rootFingerprints: readonly Hex[]
  minimumTcb: SevTcb
  /** Revocation lists signed by those roots, DER. */
  crls?: readonly Uint8Array[]
}

export type NitroPolicy = {
  /** SHA-256 of the root certificate. `roots.ts` names Amazon's. */
  rootFingerprints: readonly Hex[]
  /** Oldest document that counts, in seconds. */
  maximumAgeSec: number
}

export type SoftwarePolicy = {
  /** Ed25519 public keys of development roots by their names. */
  roots: Readonly<Record<string, Hex>>
}
