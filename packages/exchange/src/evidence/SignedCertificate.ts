import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Certificate } from '../Certificate.ts'
import type { BatchPath } from '../quorum/CertificateBatch.ts'

/**
 * A certificate with what one oracle signed of it, as judges of evidence take it
 * (contracts/src/oracle/evidence/CertificateEvidence.sol).
 */
export type SignedCertificate = {
  certificate: Certificate
  /** 65 bytes by the oracle's signing key. */
  signature: Hex
  /** The way to the root of the batch that was settled, where it was in one; at most one. */
  settlement: readonly BatchPath[]
  /** Epoch of the batch of an epoch; 0 where there is none. */
  epoch: bigint
  /** The way to the root of the epoch's batch. */
  way: BatchPath
}

/** A certificate that an oracle signed by itself. */
export function signedAlone(certificate: Certificate, signature: Hex): SignedCertificate {
  return { certificate, signature, settlement: [], epoch: 0n, way: { turns: 0n, path: [] } }
}
