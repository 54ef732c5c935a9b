/** Bytes at once or as a stream of parts of any size. */
export type Source = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type Block = { bytes: Uint8Array; isLast: boolean }

/**
 * Cuts a source into a first block and following blocks of fixed sizes. Only the last block may be
 * shorter, and it knows that it is the last. A source of no bytes gives one empty block.
 */
export async function* toBlocks(
  source: Source,
  firstSizeBytes: number,
  sizeBytes: number,
): AsyncGenerator<Block> {
  for await (const block of toFramedBlocks(source, firstSizeBytes, sizeBytes, 0)) {
    const { bytes, isLast, filledSizeBytes } = block
    yield { bytes: isLast ? bytes.subarray(0, filledSizeBytes) : bytes, isLast }
  }
}

export type FramedBlock = Block & {
  /** Bytes of the source in the block; zeros follow up to its end. */
  filledSizeBytes: number
}

/**
 * As toBlocks, but every block has its whole size and begins with `frontSizeBytes` zeros that the
 * caller may write to.
 */
export async function* toFramedBlocks(
  source: Source,
  firstSizeBytes: number,
  sizeBytes: number,
  frontSizeBytes: number,
): AsyncGenerator<FramedBlock> {
  let block = new Uint8Array(frontSizeBytes + firstSizeBytes)
  let filled = frontSizeBytes
  for await (const part of source instanceof Uint8Array ? [source] : source) {
    let at = 0
    while (at < part.length) {
      // A full block is given out only when a byte follows it: otherwise it may be the last.
      if (filled === block.length) {
        yield { bytes: block, isLast: false, filledSizeBytes: filled - frontSizeBytes }
        block = new Uint8Array(frontSizeBytes + sizeBytes)
        filled = frontSizeBytes
      }
      const end = Math.min(part.length, at + block.length - filled)
      block.set(part.subarray(at, end), filled)
      filled += end - at
      at = end
    }
  }
  yield { bytes: block, isLast: true, filledSizeBytes: filled - frontSizeBytes }
}

/**
 * Maps a stream with several items in work at once; results come in order and at most `concurrency`
 * are held.
 */
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
