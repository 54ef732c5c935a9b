import secp256k1 from 'secp256k1'

/** By bitcoin-core's library: 0.1 ms where JavaScript takes 2.5. */
export function recoverPoint(
  digest: Uint8Array,
  signature: Uint8Array,
  recovery: number,
): Uint8Array {
  return secp256k1.ecdsaRecover(signature, recovery, digest, false)
}
