import { concat, equal, fromUint, type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import * as DataKey from './DataKey.ts'
import {
  assertPaddedSize,
  MAXIMUM_SIZE_BYTES,
  sizeClass,
  TooLargeError,
  UNIT_SIZE_BYTES,
} from './Padding.ts'
import { inOrder, type Source, toBlocks, toFramedBlocks } from './streams.ts'

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
const TAG_SIZE_BYTES = 16
const COUNT_SIZE_BYTES = 4
const CHUNK_SIZE_BYTES = COUNT_SIZE_BYTES + UNIT_SIZE_BYTES + TAG_SIZE_BYTES
/**
 * Chunks in work at once: enough to keep the platform's threads busy, small enough for constant
 * memory.
 */
const CONCURRENCY = 8

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
  const keys = await deriveKeys(options.dataKey, salt, 'encrypt')
  const header = concat(MAGIC, salt, keys.commitment)
  yield header
  const bound = bindContext(header, options.context)
  const chunks = padded(options.plaintext, paddedSizeBytes)
  yield* inOrder(chunks, CONCURRENCY, (chunk, index) =>
    encrypt(keys.key, bound, chunk.bytes, index, chunk.isLast),
  )
}

/**
 * Opens a sealed stream, in constant memory. What was given out before an error is genuine but not
 * whole: act on the payload only after the stream ended.
 * @throws Seal.WrongKey, Seal.Tampered, Seal.Truncated, Seal.TooLarge, DataKey.Invalid
 */
export async function* open(options: OpenOptions): AsyncGenerator<Uint8Array> {
  const { dataKey, maximumSizeBytes = MAXIMUM_SIZE_BYTES } = options
  const blocks = toBlocks(options.ciphertext, HEADER_SIZE_BYTES, CHUNK_SIZE_BYTES)
  const first = await blocks.next()
  if (first.done || first.value.bytes.length < HEADER_SIZE_BYTES) throw new TruncatedError(0)
  const header = first.value.bytes
  if (!equal(header.subarray(0, MAGIC.length), MAGIC)) throw new TamperedError(0)
  const saltEnd = MAGIC.length + SALT_SIZE_BYTES
  const keys = await deriveKeys(dataKey, header.subarray(MAGIC.length, saltEnd), 'decrypt')
  if (!equal(keys.commitment, header.subarray(saltEnd))) throw new WrongKeyError()
  if (first.value.isLast) throw new TruncatedError(0)
  const bound = bindContext(header, options.context)
  let hasEnded = false
  let sizeBytes = 0
  const opened = inOrder(blocks, CONCURRENCY, (block, index) =>
    decrypt(keys.key, bound, block.bytes, index, block.isLast),
  )
  for await (const plain of opened) {
    sizeBytes += UNIT_SIZE_BYTES
    if (sizeBytes > maximumSizeBytes) throw new TooLargeError(maximumSizeBytes)
    const index = sizeBytes / UNIT_SIZE_BYTES - 1
    const data = dataOf(plain, hasEnded, index)
    hasEnded ||= data.length < UNIT_SIZE_BYTES
    if (data.length > 0) yield data
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

type PlainChunk = { bytes: Uint8Array; isLast: boolean }

/** The payload in chunks of count, data and zeros, up to its size class. */
async function* padded(source: Source, paddedSizeBytes?: number): AsyncGenerator<PlainChunk> {
  const limit = paddedSizeBytes ?? MAXIMUM_SIZE_BYTES
  let sizeBytes = 0
  let chunkCount = 0
  let held: Uint8Array | undefined
  const unit = UNIT_SIZE_BYTES
  for await (const block of toFramedBlocks(source, unit, unit, COUNT_SIZE_BYTES)) {
    sizeBytes += block.filledSizeBytes
    if (sizeBytes > limit) throw new TooLargeError(limit)
    if (held) yield { bytes: held, isLast: false }
    held = block.bytes
    new DataView(held.buffer).setUint32(0, block.filledSizeBytes)
    chunkCount++
  }
  const total = (paddedSizeBytes ?? sizeClass(sizeBytes)) / unit
  for (; chunkCount < total; chunkCount++) {
    if (held) yield { bytes: held, isLast: false }
    held = new Uint8Array(COUNT_SIZE_BYTES + unit)
  }
  yield { bytes: held as Uint8Array, isLast: true }
}

/**
 * The payload in an opened chunk. One payload has one padded form: data never follows a gap, and
 * the rest is zeros.
 */
function dataOf(plain: Uint8Array, hasEnded: boolean, index: number): Uint8Array {
  const count = new DataView(plain.buffer, plain.byteOffset).getUint32(0)
  if (count > UNIT_SIZE_BYTES || (hasEnded && count > 0)) throw new TamperedError(index)
  const end = COUNT_SIZE_BYTES + count
  for (let i = end; i < plain.length; i++) if (plain[i] !== 0) throw new TamperedError(index)
  return plain.subarray(COUNT_SIZE_BYTES, end)
}

type Keys = { key: CryptoKey; commitment: Uint8Array }

async function deriveKeys(
  dataKey: Uint8Array,
  salt: Uint8Array,
  use: 'encrypt' | 'decrypt',
): Promise<Keys> {
  const both = DataKey.derive(DataKey.assert(dataKey), salt, 'ambrosia/seal/keys/1', 64)
  const uses: KeyUsage[] = use === 'decrypt' ? ['decrypt'] : ['encrypt']
  const raw = toBuffer(both.subarray(0, 32))
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, uses)
  return { key, commitment: both.slice(32) }
}

function bindContext(header: Uint8Array, context: Uint8Array): Uint8Array {
  return sha256Tagged('ambrosia/seal/bound/1', header, context)
}

function parameters(bound: Uint8Array, index: number, isLast: boolean): AesGcmParams {
  const iv = concat(fromUint(index, 11), Uint8Array.of(isLast ? 1 : 0))
  return { name: 'AES-GCM', iv: toBuffer(iv), additionalData: toBuffer(bound), tagLength: 128 }
}

async function encrypt(
  key: CryptoKey,
  bound: Uint8Array,
  plain: Uint8Array,
  index: number,
  isLast: boolean,
): Promise<Uint8Array> {
  const parametersOf = parameters(bound, index, isLast)
  return new Uint8Array(await crypto.subtle.encrypt(parametersOf, key, toBuffer(plain)))
}

async function decrypt(
  key: CryptoKey,
  bound: Uint8Array,
  sealed: Uint8Array,
  index: number,
  isLast: boolean,
): Promise<Uint8Array> {
  // Every chunk has one size, so any other means that the end is missing.
  if (sealed.length !== CHUNK_SIZE_BYTES) throw new TruncatedError(index)
  const plain = await tryDecrypt(key, parameters(bound, index, isLast), sealed)
  if (plain) return plain
  // A genuine chunk that is not the last one, standing at the end: what followed it was cut off.
  if (isLast && (await tryDecrypt(key, parameters(bound, index, false), sealed))) {
    throw new TruncatedError(index)
  }
  throw new TamperedError(index)
}

async function tryDecrypt(
  key: CryptoKey,
  parametersOf: AesGcmParams,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parametersOf, key, toBuffer(sealed)))
  } catch {
    return undefined
  }
}

/** WebCrypto's types ask for bytes that are not shared; ours never are. */
function toBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
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
