import { secp256k1 } from '@noble/curves/secp256k1.js'

/** In JavaScript: no browser has this curve. */
export function recoverPoint(
  digest: Uint8Array,
  signature: Uint8Array,
  recovery: number,
): Uint8Array {
  return secp256k1.Signature.fromBytes(signature)
    .addRecoveryBit(recovery)
    .recoverPublicKey(digest)
    .toBytes(false)
}
