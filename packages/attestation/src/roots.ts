import type { Hex } from '@ambrosia/primitives/Bytes'

/**
 * SHA-256 of Amazon's root certificate for Nitro enclaves (AWS Nitro Enclaves user guide,
 * "Verifying the root of trust").
 */
export const AWS_NITRO_ROOT: Hex =
  '0x641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b'

/**
 * SHA-256 of the certificate ARK-Genoa as AMD's key distribution service serves it. Other products:
 * add theirs to the policy.
 */
export const AMD_GENOA_ROOT: Hex =
  '0x4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1'
