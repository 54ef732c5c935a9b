import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { sha256 as platformSha256 } from '#sha256'
import { concat, fromUint, fromUtf8 } from './Bytes.ts'

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return platformSha256(parts)
}

/** Keccak-256 as Ethereum uses it, 32 bytes. */
export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  const state = keccak_256.create()
  for (const part of parts) state.update(part)
  return state.digest()
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message)
}

/**
 * SHA-256 of a labelled list of byte strings. Each part is preceded by its length (8 bytes), so no
 * two different lists hash the same bytes, and the label separates one use from another.
 */
export function sha256Tagged(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(lengthPrefixed([fromUtf8(label), ...parts]))
}

/** The parts, each behind its length as 8 bytes big-endian. */
export function lengthPrefixed(parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.flatMap((part) => [fromUint(part.length, 8), part]))
}
