import { ed25519 } from '@noble/curves/ed25519.js'

/** In JavaScript: that of browsers answers only later, and is not in all of them. */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return ed25519.verify(signature, message, publicKey, { zip215: false })
}
