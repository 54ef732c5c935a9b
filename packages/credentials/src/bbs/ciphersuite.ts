import { fromHex, fromUtf8 } from '@ambrosia/primitives/Bytes'
import { expand_message_xof } from '@noble/curves/abstract/hash-to-curve.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { expandMessageXmd } from './expandMessage.ts'

/**
 * The two ciphersuites of draft-irtf-cfrg-bbs-signatures, section 7.2, as data. Both use BLS12-381;
 * they differ in the hash and, through it, in every generator.
 */
export type Ciphersuite = 'BLS12-381-SHA-256' | 'BLS12-381-SHAKE-256'

/**
 * Expands a message to `sizeBytes` uniform bytes under a domain separation tag (RFC 9380, section
 * 5.3).
 */
type Expand = (message: Uint8Array, tag: Uint8Array, sizeBytes: number) => Uint8Array

export type Suite = {
  name: Ciphersuite
  /** `api_id` of section 4: the ciphersuite identifier and `H2G_HM2S_`. */
  apiId: Uint8Array
  /** The fixed point P1, compressed. */
  basePoint: Uint8Array
  expand: Expand
}

/** Bits of security that the XOF variant of RFC 9380 asks for. */
const SECURITY_BITS = 128

export const SUITES: Readonly<Record<Ciphersuite, Suite>> = {
  'BLS12-381-SHA-256': {
    name: 'BLS12-381-SHA-256',
    apiId: fromUtf8('BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_'),
    basePoint: fromHex(
      'a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9',
    ),
    expand: expandMessageXmd,
  },
  'BLS12-381-SHAKE-256': {
    name: 'BLS12-381-SHAKE-256',
    apiId: fromUtf8('BBS_BLS12381G1_XOF:SHAKE-256_SSWU_RO_H2G_HM2S_'),
    basePoint: fromHex(
      '8929dfbc7e6642c4ed9cba0856e493f8b9d7d5fcb0c31ef8fdcd34d50648a56c795e106e9eada6e0bda386b414150755',
    ),
    expand: (message, tag, sizeBytes) =>
      expand_message_xof(message, tag, sizeBytes, SECURITY_BITS, shake256),
  },
}
