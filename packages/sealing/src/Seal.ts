import { concat, equal, type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import { createChunkCipher } from '#cipher'
import {
  CHUNK_SIZE_BYTES,
  type ChunkCipher,
  PIECE_CHUNK_COUNT,
  type PlainPiece,
} from './ChunkCipher.ts'
import * as DataKey from './DataKey.ts'
import {
  assertPaddedSize,
  MAXIMUM_SIZE_BYTES,
  sizeClass,
  TooLargeError,
  UNIT_SIZE_BYTES,
} from './Padding.ts'
import { type Piece, type Source, toPieces } from './streams.ts'

export { InvalidPaddingError, TooLargeError } from './Padding.ts'

/**
 * The seal of a payload, version 1: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar:
 * "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015, section 5)
 * over AES-256-GCM.
 *
 *   sealed  = header, chunk 0, ..., chunk n-1        n >= 1
 *   header  = "ambseal" 0x01, salt (32), commitment (32)
 *   chunk i = AES-256-GCM(key, nonce i, data of the header and context, count (4) || data || zeros)
 *   nonce i = i as 11 bytes big-endian || 1 for the last chunk, else 0
 *   key || commitment = HKDF-SHA256(data key, salt, "ambrosia/seal/keys/1", 64)
 *
 * Every chunk carries 64 KiB of which the first `count` bytes are payload; the payload is dense,
 * and zeros fill its size class, so the sealed size says the class and nothing more. The salt makes
 * nonces safe when one data key seals twice; the commitment makes a sealed text open under one key
 * only. A chunk is given out only after its own tag is verified; that the payload is whole is known
 * when the stream ends without an error.
 */
export type SealOptions = {
  plaintext: Source
  dataKey: DataKey.DataKey
  /** What the seal is bound to, any bytes; opening needs the same. */
  context: Uint8Array
  /**
   * Size class to fill, bytes; a multiple of 64 KiB. Default: the class of the payload's own size.
   */
  paddedSizeBytes?: number | undefined
  /** Default: the platform's generator. */
  randomBytes?: RandomBytes | undefined
}

export type OpenOptions = {
  ciphertext: Source
  dataKey: DataKey.DataKey
  context: Uint8Array
  /** Refuse payloads whose padded size is above this, bytes. */
  maximumSizeBytes?: number | undefined
}

const MAGIC = Uint8Array.of(0x61, 0x6d, 0x62, 0x73, 0x65, 0x61, 0x6c, 1)
const SALT_SIZE_BYTES = 32
const COMMITMENT_SIZE_BYTES = 32

/** Size of the header of a sealed payload, bytes. */
export const HEADER_SIZE_BYTES = MAGIC.length + SALT_SIZE_BYTES + COMMITMENT_SIZE_BYTES

/**
 * Size in bytes of a sealed payload of a padded size.
 * @throws Seal.InvalidPadding, Seal.TooLarge
 */
export function sealedSize(paddedSizeBytes: number): number {
  return (
    HEADER_SIZE_BYTES + (assertPaddedSize(paddedSizeBytes) / UNIT_SIZE_BYTES) * CHUNK_SIZE_BYTES
  )
}

/**
 * Padded size in bytes that a sealed size stands for.
 * @throws Seal.Truncated where it is not a whole number of chunks
 */
export function paddedSize(sealedSizeBytes: number): number {
  const count = (sealedSizeBytes - HEADER_SIZE_BYTES) / CHUNK_SIZE_BYTES
  if (!Number.isInteger(count) || count < 1) throw new TruncatedError(0)
  return count * UNIT_SIZE_BYTES
}

/**
 * Seals a payload as a stream, in constant memory.
 * @throws Seal.TooLarge, Seal.InvalidPadding, DataKey.Invalid
 */
export async function* seal(options: SealOptions): AsyncGenerator<Uint8Array> {
  const { paddedSizeBytes } = options
  if (paddedSizeBytes !== undefined) assertPaddedSize(paddedSizeBytes)
  const salt = (options.randomBytes ?? random)(SALT_SIZE_BYTES)
  const keys = deriveKeys(options.dataKey, salt)
  const header = concat(MAGIC, salt, keys.commitment)
  yield header
  const cipher = await createChunkCipher(keys.key, bindContext(header, options.context))
  for await (const piece of padded(options.plaintext, paddedSizeBytes)) {
    yield await cipher.encrypt(piece)
  }
}

/**
 * Opens a sealed stream, in constant memory. What was given out before an error is genuine but not
 * whole: act on the payload only after the stream ended.
 * @throws Seal.WrongKey, Seal.Tampered, Seal.Truncated, Seal.TooLarge, DataKey.Invalid
 */
export async function* open(options: OpenOptions): AsyncGenerator<Uint8Array> {
  const { dataKey, maximumSizeBytes = MAXIMUM_SIZE_BYTES } = options
  const pieces = toPieces(options.ciphertext, {
    firstSizeBytes: HEADER_SIZE_BYTES,
    unitSizeBytes: CHUNK_SIZE_BYTES,
    unitCount: PIECE_CHUNK_COUNT,
  })
  const first = await pieces.next()
  if (first.done || first.value.bytes.length < HEADER_SIZE_BYTES) throw new TruncatedError(0)
  const header = first.value.bytes.slice()
  if (!equal(header.subarray(0, MAGIC.length), MAGIC)) throw new TamperedError(0)
  const saltEnd = MAGIC.length + SALT_SIZE_BYTES
  const keys = deriveKeys(dataKey, header.subarray(MAGIC.length, saltEnd))
  if (!equal(keys.commitment, header.subarray(saltEnd))) throw new WrongKeyError()
  if (first.value.isLast) throw new TruncatedError(0)
  const cipher = await createChunkCipher(keys.key, bindContext(header, options.context))
  const payload = createPayload(cipher, maximumSizeBytes)
  let firstIndex = 0
  for await (const piece of pieces) {
    const { data, fault } = await openPiece(cipher, { ...piece, firstIndex }, payload)
    if (data.length > 0) yield data
    if (fault) throw fault
    firstIndex += piece.bytes.length / CHUNK_SIZE_BYTES
  }
}

/** Seals bytes at once. */
export function sealBytes(options: SealOptions & { plaintext: Uint8Array }): Promise<Uint8Array> {
  return collect(seal(options))
}

/** Opens bytes at once; nothing is given out unless all is genuine. */
export function openBytes(options: OpenOptions & { ciphertext: Uint8Array }): Promise<Uint8Array> {
  return collect(open(options))
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return concat(...parts)
}

/** The payload in pieces, with the zeros that fill its size class. */
async function* padded(source: Source, paddedSizeBytes?: number): AsyncGenerator<PlainPiece> {
  const limit = paddedSizeBytes ?? MAXIMUM_SIZE_BYTES
  const cut = { unitSizeBytes: UNIT_SIZE_BYTES, unitCount: PIECE_CHUNK_COUNT }
  let sizeBytes = 0
  let firstIndex = 0
  for await (const { bytes: data, isLast } of toPieces(source, cut)) {
    sizeBytes += data.length
    if (sizeBytes > limit) throw new TooLargeError(limit)
    if (!isLast) {
      const chunkCount = data.length / UNIT_SIZE_BYTES
      yield { data, chunkCount, firstIndex, isEnd: false }
      firstIndex += chunkCount
      continue
    }
    const total = (paddedSizeBytes ?? sizeClass(sizeBytes)) / UNIT_SIZE_BYTES
    for (let left = data; firstIndex < total; left = NOTHING) {
      const chunkCount = Math.min(PIECE_CHUNK_COUNT, total - firstIndex)
      yield { data: left, chunkCount, firstIndex, isEnd: firstIndex + chunkCount === total }
      firstIndex += chunkCount
    }
  }
}

const NOTHING = new Uint8Array(0)

/**
 * Follows the padding of an opened payload. One payload has one padded form: data never follows a
 * gap, and the rest is zeros.
 */
function createPayload(cipher: ChunkCipher, maximumSizeBytes: number) {
  let hasEnded = false
  return {
    /** Size of the data of a genuine chunk. @throws Seal.Tampered, Seal.TooLarge */
    take: (count: number, unit: Uint8Array, index: number): number => {
      if ((index + 1) * UNIT_SIZE_BYTES > maximumSizeBytes)
        throw new TooLargeError(maximumSizeBytes)
      if (count > UNIT_SIZE_BYTES || (hasEnded && count > 0)) throw new TamperedError(index)
      hasEnded ||= count < UNIT_SIZE_BYTES
      if (hasEnded && !cipher.isZero(unit.subarray(count))) throw new TamperedError(index)
      return count
    },
  }
}

/** The data of a piece up to the first fault, and the fault. */
async function openPiece(
  cipher: ChunkCipher,
  piece: Piece & { firstIndex: number },
  payload: ReturnType<typeof createPayload>,
): Promise<{ data: Uint8Array; fault?: AmbrosiaError }> {
  const { firstIndex, isLast } = piece
  // Every chunk has one size, so any other means that the end is missing.
  const wholeCount = Math.floor(piece.bytes.length / CHUNK_SIZE_BYTES)
  const isWhole = wholeCount * CHUNK_SIZE_BYTES === piece.bytes.length
  const bytes = piece.bytes.subarray(0, wholeCount * CHUNK_SIZE_BYTES)
  const { counts, data } = await cipher.decrypt({ bytes, firstIndex, isEnd: isLast && isWhole })
  let sizeBytes = 0
  try {
    for (const [i, count] of counts.entries()) {
      const unit = data.subarray(i * UNIT_SIZE_BYTES, (i + 1) * UNIT_SIZE_BYTES)
      sizeBytes += payload.take(count, unit, firstIndex + i)
    }
    const failed = firstIndex + counts.length
    if (counts.length < wholeCount) {
      const isCut = counts.length === wholeCount - 1 && isLast && isWhole
      if (isCut && (await opensAsInner(cipher, bytes.subarray(-CHUNK_SIZE_BYTES), failed)))
        throw new TruncatedError(failed)
      throw new TamperedError(failed)
    }
    if (!isWhole) throw new TruncatedError(failed)
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    return { data: data.subarray(0, sizeBytes), fault: error }
  }
  return { data: data.subarray(0, sizeBytes) }
}

/** A genuine chunk that is not the last one, standing at the end: what followed it was cut off. */
async function opensAsInner(
  cipher: ChunkCipher,
  bytes: Uint8Array,
  firstIndex: number,
): Promise<boolean> {
  return (await cipher.decrypt({ bytes, firstIndex, isEnd: false })).counts.length === 1
}

function deriveKeys(
  dataKey: Uint8Array,
  salt: Uint8Array,
): Record<'key' | 'commitment', Uint8Array> {
  const both = DataKey.derive(DataKey.assert(dataKey), salt, 'ambrosia/seal/keys/1', 64)
  return { key: both.slice(0, 32), commitment: both.slice(32) }
}

function bindContext(header: Uint8Array, context: Uint8Array): Uint8Array {
  return sha256Tagged('ambrosia/seal/bound/1', header, context)
}

export class TruncatedError extends AmbrosiaError {
  constructor(index: number) {
    super('Seal.Truncated', `the sealed payload ends early, in or after chunk ${index}`, {
      details: { index },
      hint: 'Fetch the payload again by its content address.',
    })
  }
}

export class TamperedError extends AmbrosiaError {
  constructor(index: number) {
    super('Seal.Tampered', `chunk ${index} is not what was sealed for this context`, {
      details: { index },
      hint: 'The bytes were changed, moved, or sealed for another deal, provider or epoch. Fetch them again.',
    })
  }
}

export class WrongKeyError extends AmbrosiaError {
  constructor() {
    super('Seal.WrongKey', 'this data key does not open this payload', {
      hint: 'Check that the key and the payload belong to one manifest.',
    })
  }
}
