import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

/** SHA-256 in JavaScript: that of browsers has no form that answers at once. */
export function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const state = nobleSha256.create()
  for (const part of parts) state.update(part)
  return state.digest()
}
