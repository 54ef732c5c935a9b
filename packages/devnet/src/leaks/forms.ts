/** A byte string to look for, and the form in which it would give a secret away. */
export type Needle = { secret: number; form: Form; bytes: Buffer }

/** How a secret may be written. */
export type Form =
  | 'plain'
  | 'hex'
  | 'base64'
  | 'base64url'
  | 'utf-16le'
  | 'utf-16be'
  | 'json'
  | 'percent'

/** A shorter text is found in random bytes now and then, so it can't be told from a leak. */
export const SHORTEST_BYTES = 6

/**
 * Every form of a text, or of bytes, at every alignment that the text may have inside of something
 * longer. `secret` is its number, by which a hit is reported: the text itself must not be.
 */
export function formsOf(text: string | Uint8Array, secret: number): Needle[] {
  return toNeedles(
    typeof text === 'string' ? textForms(text) : byteForms(Buffer.from(text)),
    secret,
  )
}

type Written = [Form, Buffer | string]

function textForms(text: string): Written[] {
  const utf8 = Buffer.from(text, 'utf8')
  const utf16 = Buffer.from(text, 'utf16le')
  return [
    ...byteForms(utf8),
    ['utf-16le', utf16],
    ['utf-16be', Buffer.from(utf16).swap16()],
    ...jsonEscaped(text).map((one): Written => ['json', one]),
    ...percentEncoded(text).map((one): Written => ['percent', one]),
  ]
}

function byteForms(bytes: Buffer): Written[] {
  return [
    ['plain', bytes],
    ['hex', bytes.toString('hex')],
    ['hex', bytes.toString('hex').toUpperCase()],
    ...base64(bytes).map((one): Written => ['base64', one]),
    ...base64(bytes).map((one): Written => ['base64url', toUrl(one)]),
  ]
}

function toNeedles(written: readonly Written[], secret: number): Needle[] {
  const seen = new Set<string>()
  return written.flatMap(([form, one]) => {
    const bytes = typeof one === 'string' ? Buffer.from(one, 'utf8') : one
    const key = bytes.toString('latin1')
    // Plain letters are the same in several forms; the first one names them.
    if (seen.has(key) || bytes.length < SHORTEST_BYTES) return []
    seen.add(key)
    return [{ secret, form, bytes }]
  })
}

/**
 * Base64 (RFC 4648) of bytes that stand 0, 1 or 2 bytes behind a multiple of three: the characters
 * that depend on them alone, whatever stands before and after.
 */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    const to = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(from, to)
  })
}

function toUrl(base64Text: string): string {
  return base64Text.replaceAll('+', '-').replaceAll('/', '_')
}

/**
 * Inside a JSON string (RFC 8259), inside JSON inside a JSON string, and with everything but ASCII
 * as \u, in both cases.
 */
function jsonEscaped(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1)
  const ascii = (upper: boolean): string =>
    once.replace(/[^ -~]/g, (unit) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${upper ? hex.toUpperCase() : hex}`
    })
  const forms = [once, ascii(false), ascii(true), once.replaceAll('/', '\\/')]
  return [...forms, ...forms.map((form) => JSON.stringify(form).slice(1, -1))]
}

/** In a URL (RFC 3986) and in a form, in both cases of the digits. */
function percentEncoded(text: string): string[] {
  const strict = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const loose = encodeURIComponent(text.toWellFormed())
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const forms = [strict, loose, form, encodeURI(text.toWellFormed())]
  const lower = (one: string): string => one.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())
  return [...forms, ...forms.map(lower)]
}
