import { verify } from 'node:crypto'
import { concat, fromHex } from '@ambrosia/primitives/Bytes'

/** SubjectPublicKeyInfo of an Ed25519 key but for its 32 bytes (RFC 8410, section 4). */
const SPKI_PREFIX = fromHex('0x302a300506032b6570032100')

/**
 * By the platform, in a tenth of the time of JavaScript. It checks the equation without the
 * cofactor, which only a signer of their own making can tell from one with it.
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = concat(SPKI_PREFIX, publicKey) as Buffer
  return verify(null, message, { key, format: 'der', type: 'spki' }, signature)
}
