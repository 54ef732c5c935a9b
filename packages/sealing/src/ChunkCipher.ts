import { UNIT_SIZE_BYTES } from './Padding.ts'

/**
 * Chunks of a seal: AES-256-GCM by what the platform has, node:crypto in Node and WebCrypto in
 * browsers. Both write the same bytes; the import `#cipher` of package.json chooses. Work comes in
 * pieces of many chunks, so that a gigabyte costs a thousand steps and not sixteen thousand.
 */
export type ChunkCipher = {
  /** Seals a piece as `chunkCount` chunks: its data, then zeros. */
  encrypt(piece: PlainPiece): Promise<Uint8Array>
  /** Opens the chunks of a piece in their order, up to the first that is not genuine. */
  decrypt(piece: SealedPiece): Promise<OpenedPiece>
  /** Whether every byte is 0. */
  isZero(bytes: Uint8Array): boolean
}

/** @param key 32 secret bytes @param bound the associated data of every chunk */
export type CreateChunkCipher = (key: Uint8Array, bound: Uint8Array) => Promise<ChunkCipher>

type Place = {
  /** Index of the piece's first chunk in the seal. */
  firstIndex: number
  /** Whether the piece's last chunk is the last of the seal. */
  isEnd: boolean
}

export type PlainPiece = Place & { data: Uint8Array; chunkCount: number }
/** `bytes` are whole chunks. */
export type SealedPiece = Place & { bytes: Uint8Array }

export type OpenedPiece = {
  /** What each genuine chunk says of its data, bytes; not checked. */
  counts: number[]
  /** The data and zeros of these chunks, 64 KiB each. */
  data: Uint8Array
}

export const COUNT_SIZE_BYTES = 4
export const TAG_SIZE_BYTES = 16
export const CHUNK_SIZE_BYTES = COUNT_SIZE_BYTES + UNIT_SIZE_BYTES + TAG_SIZE_BYTES
/** Chunks of one piece: a mebibyte of data, about a millisecond of work. */
export const PIECE_CHUNK_COUNT = 16

/** The nonce of a chunk: its index as 11 bytes big-endian, then 1 for the last one, else 0. */
export function nonceOf(index: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12)
  const view = new DataView(nonce.buffer)
  view.setUint32(3, Math.floor(index / 2 ** 32))
  view.setUint32(7, index >>> 0)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** The chunks of a piece to seal: the nonce, and the data without its zeros. */
export function plainChunks({ data, chunkCount, firstIndex, isEnd }: PlainPiece) {
  return Array.from({ length: chunkCount }, (_, i) => ({
    nonce: nonceOf(firstIndex + i, isEnd && i === chunkCount - 1),
    data: data.subarray(i * UNIT_SIZE_BYTES, (i + 1) * UNIT_SIZE_BYTES),
  }))
}

/** The chunks of a piece to open. */
export function sealedChunks({ bytes, firstIndex, isEnd }: SealedPiece) {
  const chunkCount = bytes.length / CHUNK_SIZE_BYTES
  return Array.from({ length: chunkCount }, (_, i) => ({
    nonce: nonceOf(firstIndex + i, isEnd && i === chunkCount - 1),
    sealed: bytes.subarray(i * CHUNK_SIZE_BYTES, (i + 1) * CHUNK_SIZE_BYTES),
  }))
}
