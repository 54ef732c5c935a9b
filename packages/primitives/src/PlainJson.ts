import { fromUtf8, toUtf8 } from './Bytes.ts'
import { AmbrosiaError } from './Errors.ts'
import { JSON_DEPTH, MESSAGE_NODE_COUNT } from './Limits.ts'

/**
 * Plain JSON of strangers. What `JSON.parse` makes of a text can take a hundred times the text's
 * size in memory, and what walks it afterwards can exhaust the stack: values and depth are counted
 * in the bytes first, which makes nothing.
 */

/** Bounds of one text. */
export type Limits = { depth?: number; nodes?: number }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * The value of JSON in UTF-8.
 * @throws PlainJson.TooManyValues, PlainJson.TooDeep, PlainJson.Invalid
 */
export function parse(input: string | Uint8Array, limits: Limits = {}): unknown {
  const bytes = typeof input === 'string' ? fromUtf8(input) : input
  assertBounded(bytes, limits)
  try {
    return JSON.parse(typeof input === 'string' ? input : toUtf8(input))
  } catch {
    // What a parser says of its input may quote it.
    throw new InvalidError()
  }
}

/**
 * Counts as a parser would: an array or object, and after each comma one more value. A text that
 * is not JSON may be counted wrongly; it is refused later, and never makes more than was counted.
 * For who parses by other means.
 * @throws PlainJson.TooManyValues, PlainJson.TooDeep
 */
export function assertBounded(bytes: Uint8Array, limits: Limits = {}): void {
  const { depth: maximumDepth = JSON_DEPTH, nodes = MESSAGE_NODE_COUNT } = limits
  let depth = 0
  let count = 1
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1)
    } else if (byte === COMMA) {
      if (++count > nodes) throw new TooManyValuesError(nodes)
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > maximumDepth) throw new TooDeepError(maximumDepth)
      if (++count > nodes) throw new TooManyValuesError(nodes)
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--
    }
  }
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

export class InvalidError extends AmbrosiaError {
  constructor() {
    super('PlainJson.Invalid', 'it is not JSON in UTF-8')
  }
}

/** Well formed or not, it holds more than is read. */
export class TooMuchError extends AmbrosiaError {}

export class TooManyValuesError extends TooMuchError {
  constructor(nodes: number) {
    super('PlainJson.TooManyValues', `the JSON text has more than ${nodes} values`)
  }
}

export class TooDeepError extends TooMuchError {
  constructor(depth: number) {
    super('PlainJson.TooDeep', `the JSON text is nested deeper than ${depth}`)
  }
}
