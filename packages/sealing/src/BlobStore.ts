import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as ContentAddress from './ContentAddress.ts'
import type { Source } from './streams.ts'

/** Where sealed payloads lie, by content address. What is inside, a store can't know. */
export type BlobStore = {
  /**
   * Keeps a stream and tells its address. With an expected address or a limit, anything else is
   * refused and nothing is kept.
   * @throws ContentAddress.Mismatch, BlobStore.TooLarge, BlobStore.Full
   */
  put(
    content: Source,
    options?: PutOptions,
  ): Promise<{ cid: ContentAddress.ContentAddress; sizeBytes: number }>
  /** The content as a stream. @throws BlobStore.NotFound */
  get(cid: ContentAddress.ContentAddress): AsyncIterable<Uint8Array>
  has(cid: ContentAddress.ContentAddress): Promise<boolean>
  /** Deletes the content; absent content is not an error. */
  delete(cid: ContentAddress.ContentAddress): Promise<void>
}

export type PutOptions = {
  expectedCid?: ContentAddress.ContentAddress | undefined
  maximumSizeBytes?: number | undefined
}

/** Gives a stream on and throws once it is longer than the limit. @throws BlobStore.TooLarge */
export async function* limited(
  content: Source,
  maximumSizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const part of content instanceof Uint8Array ? [content] : content) {
    sizeBytes += part.length
    if (sizeBytes > maximumSizeBytes) throw new TooLargeError(maximumSizeBytes)
    yield part
  }
}

/** A store in memory, for tests and small tools. */
export class MemoryBlobStore implements BlobStore {
  private readonly blobs = new Map<string, Uint8Array[]>()

  async put(
    content: Source,
    { expectedCid, maximumSizeBytes = Number.POSITIVE_INFINITY }: PutOptions = {},
  ): Promise<{ cid: ContentAddress.ContentAddress; sizeBytes: number }> {
    const parts: Uint8Array[] = []
    for await (const part of limited(content, maximumSizeBytes)) parts.push(part.slice())
    const stored = await ContentAddress.fromBytes(parts)
    if (expectedCid !== undefined && stored.cid !== expectedCid) {
      throw new ContentAddress.MismatchError(expectedCid, stored.cid)
    }
    this.blobs.set(stored.cid, parts)
    return stored
  }

  async *get(cid: ContentAddress.ContentAddress): AsyncGenerator<Uint8Array> {
    const parts = this.blobs.get(ContentAddress.assert(cid))
    if (!parts) throw new NotFoundError(cid)
    for (const part of parts) yield part.slice()
  }

  async has(cid: ContentAddress.ContentAddress): Promise<boolean> {
    return this.blobs.has(ContentAddress.assert(cid))
  }

  async delete(cid: ContentAddress.ContentAddress): Promise<void> {
    this.blobs.delete(ContentAddress.assert(cid))
  }
}

export class NotFoundError extends AmbrosiaError {
  constructor(cid: ContentAddress.ContentAddress) {
    super('BlobStore.NotFound', `no content ${cid} is kept here`, { details: { cid } })
  }
}

export class TooLargeError extends AmbrosiaError {
  constructor(maximumSizeBytes: number) {
    super('BlobStore.TooLarge', `the content is larger than ${maximumSizeBytes} bytes`, {
      details: { maximumSizeBytes },
    })
  }
}

export class FullError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('BlobStore.Full', 'there is no room left to keep the content', {
      hint: 'Try again later, or use another store.',
      cause,
    })
  }
}
