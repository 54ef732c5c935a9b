import { createHash, hash } from 'node:crypto'

/** SHA-256 by Node: several times as fast as JavaScript over more than a few blocks. */
export function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  const digest =
    parts.length === 1 && first !== undefined ? hash('sha256', first, 'buffer') : digestOf(parts)
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

function digestOf(parts: readonly Uint8Array[]): Buffer {
  const state = createHash('sha256')
  for (const part of parts) state.update(part)
  return state.digest()
}
