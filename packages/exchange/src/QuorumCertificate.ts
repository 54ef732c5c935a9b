import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Certificate } from './Certificate.ts'

/** A certificate that enough oracles signed. */
export type QuorumCertificate = {
  certificate: Certificate
  certificateHash: Hex
  signatures: readonly { oracle: Address; signature: Hex }[]
}
