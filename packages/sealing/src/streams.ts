/** Bytes at once or as a stream of parts of any size. */
export type Source = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type Piece = {
  /** Stands until the next piece is asked for: the memory below it is used again. */
  bytes: Uint8Array
  isLast: boolean
}

/** How a source is cut. */
export type Cut = {
  /** Size of the first piece, bytes. Default: a unit. */
  firstSizeBytes?: number
  /** Every other piece is a whole number of units, in bytes. */
  unitSizeBytes: number
  /** Most units of a piece. */
  unitCount: number
  /** Gives a piece before it is known that a byte follows it, so the last one may be empty. */
  isEager?: boolean
}

/**
 * Cuts a source into pieces. Only the last may be anything but whole units, and it knows that it is
 * the last. A source of no bytes gives one empty piece. Nothing is copied but what lies across two
 * parts of the source, into memory of one unit that is used again and again.
 */
export async function* toPieces(source: Source, cut: Cut): AsyncGenerator<Piece> {
  const cutter = createCutter(cut)
  for await (const part of source instanceof Uint8Array ? [source] : source) {
    for (const bytes of cutter.cut(part)) yield { bytes, isLast: false }
  }
  yield { bytes: cutter.rest(), isLast: true }
}

/** As toPieces, for who is given the parts one by one. */
export function createCutter({ firstSizeBytes, unitSizeBytes, unitCount, isEager = false }: Cut) {
  // Grows with what comes: most records are smaller than a leaf.
  let held = new Uint8Array(0)
  let filled = 0
  let wanted = firstSizeBytes ?? unitSizeBytes
  const hold = (bytes: Uint8Array): void => {
    if (filled + bytes.length > held.length) {
      const size = Math.max(filled + bytes.length, Math.min(wanted, 2 * held.length))
      const larger = new Uint8Array(size)
      larger.set(held.subarray(0, filled))
      held = larger
    }
    held.set(bytes, filled)
    filled += bytes.length
  }
  /** Bytes from `at` that can be given as they lie. */
  const wholeOf = (part: Uint8Array, at: number): number => {
    if (filled > 0) return 0
    const most = wanted === firstSizeBytes ? 1 : unitCount
    const followed = part.length - at - (isEager ? 0 : 1)
    return Math.min(most, Math.floor(followed / wanted)) * wanted
  }
  const take = (): Uint8Array => {
    const piece = held.subarray(0, filled)
    filled = 0
    wanted = unitSizeBytes
    return piece
  }
  return {
    /** The pieces that the next part completes. */
    *cut(part: Uint8Array): Generator<Uint8Array> {
      let at = 0
      while (at < part.length) {
        if (filled === wanted) yield take()
        const whole = wholeOf(part, at)
        if (whole > 0) {
          wanted = unitSizeBytes
          yield part.subarray(at, at + whole)
          at += whole
          continue
        }
        const end = Math.min(part.length, at + wanted - filled)
        hold(part.subarray(at, end))
        at = end
      }
      if (isEager && filled === wanted) yield take()
    },
    /** What is left at the end. */
    rest: (): Uint8Array => held.subarray(0, filled),
  }
}
