import * as Limits from '@ambrosia/primitives/Limits'
import { NotFhirError, TooLargeError } from './errors.ts'
import { gunzip, isGzip } from './gunzip.ts'

/** The text of a file in UTF-8 or UTF-16, plain or gzip. @throws Bundle.TooLarge, Bundle.NotFhir */
export function toText(input: Uint8Array | string): string {
  if (input.length > Limits.BUNDLE_SIZE_BYTES) throw tooManyBytes()
  if (typeof input === 'string') return input
  const bytes = isGzip(input) ? gunzip(input, Limits.BUNDLE_SIZE_BYTES, tooManyBytes) : input
  const encoding = encodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new NotFhirError('$', `the bytes are not ${encoding.toUpperCase()} text`)
  }
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * The encoding of JSON by its first bytes: a byte order mark, else that JSON begins with a
 * character of ASCII.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be'
  return second === 0 && first !== undefined && first !== 0 ? 'utf-16le' : 'utf-8'
}

function tooManyBytes(): TooLargeError {
  return new TooLargeError('bytes', Limits.BUNDLE_SIZE_BYTES, '$')
}
