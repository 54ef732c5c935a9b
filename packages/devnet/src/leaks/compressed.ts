import { Readable, type Transform } from 'node:stream'
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createInflate,
  createInflateRaw,
  inflateRawSync,
  inflateSync,
} from 'node:zlib'

export type Format = 'gzip' | 'zlib' | 'deflate' | 'brotli'

/**
 * Compressed bytes: where they begin, behind a header of so many bytes, and how they are
 * compressed.
 */
export type Candidate = { offset: number; headerBytes: number; format: Format }

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Bytes by which chance gives itself away, and in which the header of gzip ends. */
export const LOOKAHEAD_BYTES = 2048
const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI_OPTIONS = { finishFlush: constants.BROTLI_OPERATION_FLUSH }

/** gzip is deflate behind a header; what stands behind its end is not a fault then. */
const TRY: Readonly<Record<Format, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => inflateRawSync(bytes, OPTIONS),
  zlib: (bytes) => inflateSync(bytes, OPTIONS),
  deflate: (bytes) => inflateRawSync(bytes, OPTIONS),
  brotli: (bytes) => brotliDecompressSync(bytes, BROTLI_OPTIONS),
}

const DECODER: Readonly<Record<Format, () => Transform>> = {
  gzip: () => createInflateRaw(OPTIONS),
  zlib: () => createInflate(OPTIONS),
  deflate: () => createInflateRaw(OPTIONS),
  brotli: () => createBrotliDecompress(BROTLI_OPTIONS),
}

/**
 * Compressed data that begins at an offset of these bytes: gzip (RFC 1952) and zlib (RFC 1950) have
 * a mark; zlib's is two bytes, so most are chance, which the first bytes tell. Brotli and raw
 * deflate have none, so they are tried only where `isStart` says.
 */
export function candidatesAt(bytes: Uint8Array, offset: number, isStart: boolean): Candidate[] {
  const formats: Format[] = isStart ? ['brotli', 'deflate'] : []
  const mark = markAt(bytes, offset)
  if (mark !== undefined) formats.unshift(mark)
  return formats.flatMap((format) => {
    const headerBytes = format === 'gzip' ? gzipHeaderBytes(bytes, offset) : 0
    const candidate = { offset, headerBytes, format }
    return isPlausible(bytes, candidate) ? [candidate] : []
  })
}

function isPlausible(bytes: Uint8Array, { offset, headerBytes, format }: Candidate): boolean {
  const from = offset + headerBytes
  const tried = bytes.subarray(from, from + LOOKAHEAD_BYTES)
  if (format === 'deflate' && !beginsBlock(tried)) return false
  const { stackTraceLimit } = Error
  // Nearly every try fails, and a third of its time would be the trace of its error.
  Error.stackTraceLimit = 0
  try {
    return TRY[format](tried).length > 0
  } catch {
    return false
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * Whether bytes can begin a block of deflate (RFC 1951, 3.2.3): not of the reserved kind, and a
 * stored one says its length twice.
 */
function beginsBlock(bytes: Uint8Array): boolean {
  const [first = 0, low = 0, high = 0, lowAgain = 0, highAgain = 0] = bytes
  const kind = (first >> 1) & 3
  if (kind === 0) return (low ^ lowAgain) === 0xff && (high ^ highAgain) === 0xff
  return kind !== 3
}

/** Whether a mark of gzip or zlib stands at an offset. */
export function hasMark(bytes: Uint8Array, offset: number): boolean {
  const first = bytes[offset]
  return (first === 0x1f || first === 0x78) && markAt(bytes, offset) !== undefined
}

function markAt(bytes: Uint8Array, offset: number): Format | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(offset, offset + 3)
  if (first === 0x1f && second === 0x8b && third === 8) return 'gzip'
  // Deflate with a window of 32 kB, a header that is a multiple of 31, no preset dictionary.
  const isZlib = first === 0x78 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0
  return isZlib ? 'zlib' : undefined
}

/** RFC 1952, 2.3: ten bytes, then as flags say an extra field, a name, a comment, a checksum. */
function gzipHeaderBytes(bytes: Uint8Array, offset: number): number {
  const flags = bytes[offset + 3] ?? 0
  let at = offset + 10
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    while (at < bytes.length && bytes[at] !== 0) at++
    at++
  }
  if (flags & 2) at += 2
  return at - offset
}

/**
 * What compressed bytes hold, as far as they can be read: an end that is missing or damaged ends
 * it, and is not an error.
 */
export async function* decompress(chunks: Chunks, format: Format): AsyncGenerator<Uint8Array> {
  const source = Readable.from(inParts(chunks), { objectMode: true, highWaterMark: 1 })
  const decoder = DECODER[format]()
  let fault: unknown
  source.once('error', (error) => {
    fault = error
    decoder.destroy()
  })
  source.pipe(decoder)
  try {
    for await (const output of decoder) yield output as Uint8Array
  } catch {
    // Not compressed after all, or damaged from here on.
  } finally {
    source.destroy()
    decoder.destroy()
  }
  // That the place could not be read is another matter.
  if (fault !== undefined) throw fault
}

/**
 * A decoder that meets a damaged place drops what it had decoded of the part it was given, so the
 * parts are small where it matters most: at the beginning.
 */
async function* inParts(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + (sizeBytes < 1024 * 1024 ? 512 : 64 * 1024))
      from += part.length
      sizeBytes += part.length
      yield part
    }
  }
}
