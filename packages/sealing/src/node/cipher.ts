import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
  type KeyObject,
} from 'node:crypto'
import {
  CHUNK_SIZE_BYTES,
  COUNT_SIZE_BYTES,
  type CreateChunkCipher,
  type OpenedPiece,
  PIECE_CHUNK_COUNT,
  type PlainPiece,
  plainChunks,
  type SealedPiece,
  sealedChunks,
  TAG_SIZE_BYTES,
} from '../ChunkCipher.ts'
import { UNIT_SIZE_BYTES } from '../Padding.ts'

const ALGORITHM = 'aes-256-gcm'
const ZEROS = Buffer.alloc(UNIT_SIZE_BYTES)
const TAG = { authTagLength: TAG_SIZE_BYTES }
const TAG_START = CHUNK_SIZE_BYTES - TAG_SIZE_BYTES

/**
 * In step with the caller, since a job of the thread pool costs more than a chunk's encryption.
 * Once a mebibyte the event loop gets its turn.
 */
export const createChunkCipher: CreateChunkCipher = async (raw, bound) => {
  const key = createSecretKey(raw)
  let chunkCount = 0
  const turn = async (piece: number): Promise<void> => {
    chunkCount += piece
    if (chunkCount < PIECE_CHUNK_COUNT) return
    chunkCount = 0
    await new Promise((done) => setImmediate(done))
  }
  return {
    encrypt: async (piece) => {
      const sealed = encrypt(key, bound, piece)
      await turn(piece.chunkCount)
      return sealed
    },
    decrypt: async (piece) => {
      const opened = decrypt(key, bound, piece)
      await turn(opened.counts.length)
      return opened
    },
    isZero: (bytes) => ZEROS.subarray(0, bytes.length).equals(bytes),
  }
}

function encrypt(key: KeyObject, bound: Uint8Array, piece: PlainPiece): Uint8Array {
  const sealed = Buffer.allocUnsafeSlow(piece.chunkCount * CHUNK_SIZE_BYTES)
  const count = Buffer.alloc(COUNT_SIZE_BYTES)
  let at = 0
  for (const { nonce, data } of plainChunks(piece)) {
    const cipher = createCipheriv(ALGORITHM, key, nonce, TAG).setAAD(bound)
    count.writeUInt32BE(data.length)
    at += cipher.update(count).copy(sealed, at)
    if (data.length > 0) at += cipher.update(data).copy(sealed, at)
    if (data.length < UNIT_SIZE_BYTES)
      at += cipher.update(ZEROS.subarray(data.length)).copy(sealed, at)
    cipher.final()
    at += cipher.getAuthTag().copy(sealed, at)
  }
  return plainly(sealed)
}

function decrypt(key: KeyObject, bound: Uint8Array, piece: SealedPiece): OpenedPiece {
  const chunks = sealedChunks(piece)
  const data = Buffer.allocUnsafeSlow(chunks.length * UNIT_SIZE_BYTES)
  const counts: number[] = []
  for (const { nonce, sealed } of chunks) {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, TAG).setAAD(bound)
    decipher.setAuthTag(sealed.subarray(TAG_START))
    const count = decipher.update(sealed.subarray(0, COUNT_SIZE_BYTES))
    const plain = decipher.update(sealed.subarray(COUNT_SIZE_BYTES, TAG_START))
    if (!isGenuine(decipher)) break
    plain.copy(data, counts.length * UNIT_SIZE_BYTES)
    counts.push(count.readUInt32BE())
  }
  return { counts, data: plainly(data).subarray(0, counts.length * UNIT_SIZE_BYTES) }
}

/** Whose `slice` copies, which that of a Buffer does not. */
function plainly(bytes: Buffer<ArrayBuffer>): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Nothing that was deciphered leaves before this. */
function isGenuine(decipher: Decipheriv): boolean {
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
