/** Bytes at once or as a stream of parts of any size. */
export type Source = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type Block = { bytes: Uint8Array; isLast: boolean }

/**
 * Cuts a source into a first block and following blocks of fixed sizes. Only the last block may be shorter, and it knows
 * that it is the last. A source of no bytes gives one empty block.
 */
export async function* toBlocks(
  source: Source,
  firstSizeBytes: number,
  sizeBytes: number,
): AsyncGenerator<Block> {
  let block = new Uint8Array(firstSizeBytes)
  let filled = 0
  for await (const part of source instanceof Uint8Array ? [source] : source) {
    let at = 0
    while (at < part.length) {
      // A full block is given out only when a byte follows it: otherwise it may be the last.
      if (filled === block.length) {
        yield { bytes: block, isLast: false }
        block = new Uint8Array(sizeBytes)
        filled = 0
      }
      const end = Math.min(part.length, at + block.length - filled)
      block.set(part.subarray(at, end), filled)
      filled += end - at
      at = end
    }
  }
  yield { bytes: block.subarray(0, filled), isLast: true }
}

/** Maps a stream with several items in work at once; results come in order and at most `concurrency` are held. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  concurrency: number,
  map: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const working: Promise<R>[] = []
  let index = 0
  try {
    for await (const item of items) {
      const result = map(item, index++)
      result.catch(() => undefined)
      working.push(result)
      if (working.length >= concurrency) yield await (working.shift() as Promise<R>)
    }
    while (working.length > 0) yield await (working.shift() as Promise<R>)
  } finally {
    await Promise.allSettled(working)
  }
}
