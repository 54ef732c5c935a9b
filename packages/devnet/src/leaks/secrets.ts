import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { SHORTEST_BYTES } from './forms.ts'

/**
 * Something that must lie nowhere: what it is, for the report, and the texts by which it would be
 * known. One of them found is a leak.
 */
export type Secret = { kind: string; pieces: readonly (string | Uint8Array)[] }

const PIECE_CHARS = 64
const PIECE_EVERY_CHARS = 256
const MOST_PIECES = 64

/**
 * A short secret: a name, a number, a token, a key as text.
 * @throws Leaks.TooShort below 6 bytes, which chance would find
 */
export function shortSecret(kind: string, text: string): Secret {
  if (Buffer.byteLength(text) < SHORTEST_BYTES) throw new TooShortError(kind)
  return text.length <= PIECE_CHARS ? { kind, pieces: [text] } : longSecret(kind, text)
}

/**
 * Bytes that must lie nowhere, such as an account: as they are, as hexadecimal, as Base64.
 * @throws Leaks.TooShort below 6 bytes
 */
export function bytesSecret(kind: string, bytes: Uint8Array): Secret {
  if (bytes.length < SHORTEST_BYTES) throw new TooShortError(kind)
  return { kind, pieces: [bytes] }
}

/**
 * A long secret, such as a record: known by pieces from its beginning to its end, one for each 256
 * characters, so that a part of it is found too.
 * @param publicTexts what may lie anywhere, such as the criteria of a deal; pieces that stand in it
 * tell nothing and are left out
 * @throws Leaks.NothingPrivate when no piece is left
 */
export function longSecret(
  kind: string,
  text: string,
  publicTexts: readonly string[] = [],
): Secret {
  const count = Math.min(MOST_PIECES, Math.max(2, Math.ceil(text.length / PIECE_EVERY_CHARS)))
  const last = Math.max(0, text.length - PIECE_CHARS)
  const pieces = Array.from({ length: count }, (_, index) => {
    const from = Math.round((last * index) / (count - 1))
    return text.slice(from, from + PIECE_CHARS)
  }).filter(
    (piece, index, all) =>
      Buffer.byteLength(piece) >= SHORTEST_BYTES &&
      all.indexOf(piece) === index &&
      !publicTexts.some((known) => known.includes(piece)),
  )
  if (pieces.length === 0) throw new NothingPrivateError(kind)
  return { kind, pieces }
}

export class TooShortError extends AmbrosiaError {
  constructor(kind: string) {
    super('Leaks.TooShort', `a secret (${kind}) of fewer than ${SHORTEST_BYTES} bytes`, {
      hint: 'Leave it out, and say so: chance finds it anywhere.',
    })
  }
}

export class NothingPrivateError extends AmbrosiaError {
  constructor(kind: string) {
    super('Leaks.NothingPrivate', `all of a secret (${kind}) stands in public texts`)
  }
}
