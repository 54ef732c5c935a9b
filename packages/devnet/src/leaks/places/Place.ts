/** Somewhere that others can look: its name, for the report, and its bytes. */
export type Place = {
  name: string
  /** Its bytes from an offset on, in chunks of any size. It may be read several times. */
  read(from: number): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /**
   * Offsets, rising, at which compressed bytes without a mark of their own (Brotli, raw deflate)
   * may begin. Default: its beginning.
   */
  starts?: readonly number[]
}

/** A place of bytes in memory. */
export function bytesPlace(name: string, bytes: Uint8Array, starts?: readonly number[]): Place {
  return {
    name,
    read: (from) => [bytes.subarray(from)],
    ...(starts === undefined ? {} : { starts }),
  }
}
