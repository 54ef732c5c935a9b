import { recoverPoint } from '#recoverPoint'
import { type Hex, toHex } from './Bytes.ts'
import { keccak256 } from './Hash.ts'

/**
 * The account whose key made a recoverable ECDSA signature over secp256k1 (SEC 1, section 4.1.6),
 * as Ethereum's `ecrecover` does it, with a recovery value of 0, 1, 27 or 28.
 * @param digest 32 bytes
 * @param signature r, s and v, 65 bytes
 * @returns the address in lower case
 * @throws RangeError where nobody can have signed so
 */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): Hex {
  if (digest.length !== 32) throw new RangeError('the digest does not have 32 bytes')
  if (signature.length !== 65) throw new RangeError('the signature does not have 65 bytes')
  const v = signature[64] as number
  const recovery = v >= 27 ? v - 27 : v
  if (recovery > 1) throw new RangeError('the recovery value is not 0, 1, 27 or 28')
  return addressOf(recover(digest, signature.subarray(0, 64), recovery))
}

function recover(digest: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array {
  try {
    return recoverPoint(digest, signature, recovery)
  } catch {
    throw new RangeError('no key makes this signature')
  }
}

/** Of an uncompressed point: the last 20 bytes of the Keccak-256 of its coordinates. */
function addressOf(point: Uint8Array): Hex {
  return toHex(keccak256(point.subarray(1)).subarray(12))
}
