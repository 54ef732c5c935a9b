import { AmbrosiaError } from './Errors.ts'

/** A 0x-prefixed lower-case hexadecimal string. */
export type Hex = `0x${string}`

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const HEX_DIGITS = /^(?:[0-9a-fA-F]{2})*$/

/** Bytes of a hexadecimal string, with or without 0x. @throws Bytes.InvalidHex */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex
  if (!HEX_DIGITS.test(digits)) throw new InvalidHexError(hex.length)
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
  return bytes
}

/** Lower-case hexadecimal with 0x. */
export function toHex(bytes: Uint8Array): Hex {
  let text = '0x'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text as Hex
}

/** UTF-8 bytes of a string. */
export function fromUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/**
 * The string of UTF-8 bytes.
 * @throws Bytes.InvalidUtf8 where the bytes are not UTF-8; they are never replaced.
 */
export function toUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes)
  } catch {
    throw new InvalidUtf8Error(bytes.length)
  }
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const word = (a << 16) | (b << 8) | c
    const size = Math.min(3, bytes.length - i)
    for (let k = 0; k <= size; k++) text += BASE64URL[(word >> (18 - 6 * k)) & 63]
  }
  return text
}

/**
 * Bytes of unpadded base64url; other alphabets, padding and non-zero spare bits are refused.
 * @throws Bytes.InvalidBase64url
 */
export function fromBase64url(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new InvalidBase64urlError(text.length)
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (const char of text) {
    const value = BASE64URL.indexOf(char)
    if (value < 0) throw new InvalidBase64urlError(text.length)
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (word >> bits) & 255
    }
  }
  if (bits > 0 && (word & ((1 << bits) - 1)) !== 0) throw new InvalidBase64urlError(text.length)
  return bytes
}

/** The parts one after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Equality in time that depends on the length only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/** Order of two byte strings: negative, zero or positive. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const size = Math.min(a.length, b.length)
  for (let i = 0; i < size; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** An unsigned integer as big-endian bytes. @throws Bytes.OutOfRange when it does not fit. */
export function fromUint(value: number | bigint, sizeBytes: number): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new OutOfRangeError(sizeBytes)
  }
  let rest = BigInt(value)
  if (rest < 0n || rest >> BigInt(8 * sizeBytes) !== 0n) throw new OutOfRangeError(sizeBytes)
  const bytes = new Uint8Array(sizeBytes)
  for (let i = sizeBytes - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 255n)
    rest >>= 8n
  }
  return bytes
}

/** The unsigned integer of big-endian bytes. */
export function toUint(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

/** Most bytes that the platform's generator gives at once (Web Cryptography, getRandomValues). */
const RANDOM_SIZE_BYTES = 65_536

/** Fresh bytes from the platform's generator. */
export function random(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; at += RANDOM_SIZE_BYTES) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_SIZE_BYTES))
  }
  return bytes
}

/** A source of random bytes; functions that need randomness take one, so that tests can fix it. */
export type RandomBytes = (sizeBytes: number) => Uint8Array

export class InvalidHexError extends AmbrosiaError {
  constructor(length: number) {
    super('Bytes.InvalidHex', `expected pairs of hexadecimal digits, got ${length} characters`)
  }
}

export class InvalidUtf8Error extends AmbrosiaError {
  constructor(length: number) {
    super('Bytes.InvalidUtf8', `${length} bytes are not UTF-8 text`)
  }
}

export class InvalidBase64urlError extends AmbrosiaError {
  constructor(length: number) {
    super('Bytes.InvalidBase64url', `expected unpadded base64url, got ${length} other characters`)
  }
}

export class OutOfRangeError extends AmbrosiaError {
  constructor(sizeBytes: number) {
    super('Bytes.OutOfRange', `expected an unsigned integer of at most ${sizeBytes} bytes`)
  }
}
