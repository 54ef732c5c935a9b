import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { GzipError, isGzip } from './gunzip.ts'
import { encodingOf } from './toText.ts'

const NEWLINE = 0x0a

/**
 * Lines of UTF-8 or UTF-16 text, plain or gzip, each at most `limitBytes` long, holding no more
 * than one line and one chunk.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let pending: Uint8Array[] = []
  let pendingSize = 0
  let line = 1
  const take = (last: Uint8Array): string => {
    const size = pendingSize + last.length
    if (size > limitBytes) throw new LineTooLongError(line, limitBytes)
    const bytes = pending.length === 0 ? last : join([...pending, last], size)
    pending = []
    pendingSize = 0
    try {
      return decoder.decode(bytes)
    } catch {
      throw new LineNotUtf8Error(line)
    }
  }
  for await (const chunk of await plain(stream)) {
    let from = 0
    for (;;) {
      const at = chunk.indexOf(NEWLINE, from)
      if (at < 0) break
      yield take(chunk.subarray(from, at))
      line++
      from = at + 1
    }
    if (from < chunk.length) {
      pending.push(chunk.slice(from))
      pendingSize += chunk.length - from
      if (pendingSize > limitBytes) throw new LineTooLongError(line, limitBytes)
    }
  }
  if (pendingSize > 0) yield take(new Uint8Array(0))
}

function join(parts: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

async function plain(
  stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let size = 0
  while (size < 2) {
    const next = await iterator.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.length
  }
  const first = join(head, size)
  const whole = rest(first, iterator)
  return toUtf8(isGzip(first) ? inflate(whole) : whole)
}

/** Bytes in UTF-8 whatever the encoding of the source, which its first two bytes tell. */
async function* toUtf8(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | undefined
  let isKnown = false
  const encoder = new TextEncoder()
  for await (const chunk of source) {
    if (!isKnown && chunk.length > 1) {
      const encoding = encodingOf(chunk)
      isKnown = true
      if (encoding !== 'utf-8') decoder = new TextDecoder(encoding, { fatal: true })
    }
    if (decoder === undefined) yield chunk
    else {
      try {
        yield encoder.encode(decoder.decode(chunk, { stream: true }))
      } catch {
        throw new LineNotUtf8Error(1)
      }
    }
  }
}

async function* rest(
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first
    for (;;) {
      const next = await iterator.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* inflate(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await source.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>)
    },
    async cancel() {
      await source.return(undefined)
    },
  })
  const stream = compressed.pipeThrough(new DecompressionStream('gzip'))
  try {
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) yield chunk
  } catch (error) {
    if (error instanceof AmbrosiaError) throw error
    if (error instanceof TypeError || (error as { code?: string }).code?.startsWith('Z_')) {
      throw new GzipError('the gzip data is damaged or cut off')
    }
    throw error
  }
}

export class LineTooLongError extends AmbrosiaError {
  constructor(line: number, limitBytes: number) {
    super('Bundle.TooLarge', `line ${line} is longer than ${limitBytes} bytes`, {
      details: { line, limit: limitBytes },
      hint: 'NDJSON has one resource a line; a Bundle in one file is read with its own reader.',
    })
  }
}

export class LineNotUtf8Error extends AmbrosiaError {
  constructor(line: number) {
    super('Bundle.NotFhir', `line ${line} is not UTF-8 text`, { details: { line } })
  }
}
