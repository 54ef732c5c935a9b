/** Bytes that are kept for each issuer at each epoch, within one bound over all. */
export type SizeBound = {
  /** Counts what was kept, and forgets what no longer fits: whatever was named with `forget`. */
  add(issuer: string, epoch: number, sizeBytes: number): void
  /** No longer counts an epoch, whose lists are gone. */
  end(epoch: number): void
}

/**
 * Whoever opens a deal chooses its issuers, and an issuer the size of its lists. Where all together
 * are too large, those of the issuer that takes the most go first, its oldest epoch before the
 * others: an honest issuer's lists, which are small, stay.
 */
export function createSizeBound(
  maximumSizeBytes: number,
  forget: (issuer: string, epoch: number) => void,
): SizeBound {
  const sizes = new Map<string, Map<number, number>>()
  let total = 0
  const drop = (issuer: string, epoch: number): void => {
    const epochs = sizes.get(issuer)
    total -= epochs?.get(epoch) ?? 0
    epochs?.delete(epoch)
    if (epochs?.size === 0) sizes.delete(issuer)
  }
  return {
    add: (issuer, epoch, sizeBytes) => {
      drop(issuer, epoch)
      sizes.set(issuer, (sizes.get(issuer) ?? new Map()).set(epoch, sizeBytes))
      total += sizeBytes
      while (total > maximumSizeBytes) {
        const largest = largestOf(sizes)
        const oldest = Math.min(...(sizes.get(largest) as Map<number, number>).keys())
        drop(largest, oldest)
        forget(largest, oldest)
      }
    },
    end: (epoch) => {
      for (const issuer of [...sizes.keys()]) drop(issuer, epoch)
    },
  }
}

function largestOf(sizes: ReadonlyMap<string, ReadonlyMap<number, number>>): string {
  const sums = [...sizes].map(([issuer, epochs]) => ({
    issuer,
    sum: [...epochs.values()].reduce((sum, size) => sum + size, 0),
  }))
  return sums.reduce((most, one) => (one.sum > most.sum ? one : most)).issuer
}
