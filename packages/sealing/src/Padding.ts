import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Size classes. A sealed payload shows only its class: 64 KiB, 128 KiB, 192 KiB, 256 KiB, 384 KiB,
 * 512 KiB and so on, that is 2^k and 3 x 2^(k-1) KiB. The overhead above 128 KiB is at most a half,
 * and the logarithm of the size is what leaks.
 */

/** The smallest class and the unit of every padded size: the data of one chunk of a seal, bytes. */
export const UNIT_SIZE_BYTES = 64 * 1024

/** Largest payload, padded, bytes (1 TiB). */
export const MAXIMUM_SIZE_BYTES = 2 ** 40

/**
 * The size class, in bytes, of a payload of `sizeBytes`.
 * @throws Seal.TooLarge, Seal.InvalidPadding
 */
export function sizeClass(sizeBytes: number): number {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new InvalidPaddingError(sizeBytes)
  let size = UNIT_SIZE_BYTES
  while (size < sizeBytes) {
    const between = (size / 2) * 3
    if (size > UNIT_SIZE_BYTES && between >= sizeBytes) return assertPaddedSize(between)
    size *= 2
  }
  return assertPaddedSize(size)
}

/**
 * Throws unless the size is a positive whole number of units within the limit.
 * @throws Seal.TooLarge, Seal.InvalidPadding
 */
export function assertPaddedSize(sizeBytes: number): number {
  if (sizeBytes > MAXIMUM_SIZE_BYTES) throw new TooLargeError(MAXIMUM_SIZE_BYTES)
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || sizeBytes % UNIT_SIZE_BYTES !== 0) {
    throw new InvalidPaddingError(sizeBytes)
  }
  return sizeBytes
}

export class TooLargeError extends AmbrosiaError {
  constructor(maximumSizeBytes: number) {
    super('Seal.TooLarge', `the payload is larger than ${maximumSizeBytes} bytes`, {
      details: { maximumSizeBytes },
      hint: 'Seal fewer resources, or choose a larger padded size.',
    })
  }
}

export class InvalidPaddingError extends AmbrosiaError {
  constructor(sizeBytes: number) {
    super('Seal.InvalidPadding', `${sizeBytes} is not a padded size`, {
      details: { sizeBytes },
      hint: `Use a positive multiple of ${UNIT_SIZE_BYTES}, such as Padding.sizeClass gives.`,
    })
  }
}
