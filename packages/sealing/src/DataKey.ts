import { fromUtf8, type Hex, type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** 32 secret bytes that seal one record for one deal. Never reused for another record or deal. */
export type DataKey = Uint8Array

/** Size of a data key, bytes. */
export const SIZE_BYTES = 32

/** A fresh data key. */
export function create(randomBytes: RandomBytes = random): DataKey {
  return assert(randomBytes(SIZE_BYTES))
}

/**
 * What a manifest says about its data key: 32 bytes as hex, HKDF-SHA256 (RFC 5869) of the key under
 * a label of its own. Two keys with one commitment would be a collision of SHA-256; from the
 * commitment the key can't be found.
 */
export function commitment(dataKey: DataKey): Hex {
  return toHex(derive(assert(dataKey), new Uint8Array(32), 'ambrosia/data-key/commitment/1', 32))
}

/** The data key itself where it has the right size. @throws DataKey.Invalid */
export function assert(dataKey: Uint8Array): DataKey {
  if (dataKey.length !== SIZE_BYTES) throw new InvalidError(dataKey.length)
  return dataKey
}

/** HKDF-SHA256 of a key, for a labelled use. */
export function derive(
  key: Uint8Array,
  salt: Uint8Array,
  label: string,
  sizeBytes: number,
): Uint8Array {
  return hkdf(sha256, key, salt, fromUtf8(label), sizeBytes)
}

export class InvalidError extends AmbrosiaError {
  constructor(sizeBytes: number) {
    super('DataKey.Invalid', `a data key has ${SIZE_BYTES} bytes, got ${sizeBytes}`)
  }
}
