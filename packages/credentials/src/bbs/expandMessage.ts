import { concat, fromUint } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'

const BLOCK_SIZE_BYTES = 64
const DIGEST_SIZE_BYTES = 32

/**
 * expand_message_xmd of RFC 9380, section 5.3.1, with SHA-256.
 * @param tag at most 255 bytes
 * @throws RangeError where the tag or the size is larger than it allows
 */
export function expandMessageXmd(
  message: Uint8Array,
  tag: Uint8Array,
  sizeBytes: number,
): Uint8Array {
  const count = Math.ceil(sizeBytes / DIGEST_SIZE_BYTES)
  if (tag.length > 255 || count > 255) throw new RangeError('too much for expand_message_xmd')
  const suffix = concat(tag, Uint8Array.of(tag.length))
  const size = concat(fromUint(sizeBytes, 2), Uint8Array.of(0))
  const first = sha256(concat(new Uint8Array(BLOCK_SIZE_BYTES), message, size, suffix))
  const uniform = new Uint8Array(count * DIGEST_SIZE_BYTES)
  let last = new Uint8Array(DIGEST_SIZE_BYTES)
  for (let index = 1; index <= count; index++) {
    const mixed = last.map((byte, at) => byte ^ (first[at] as number))
    last = new Uint8Array(sha256(concat(mixed, Uint8Array.of(index), suffix)))
    uniform.set(last, (index - 1) * DIGEST_SIZE_BYTES)
  }
  return uniform.subarray(0, sizeBytes)
}
