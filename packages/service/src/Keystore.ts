import { randomBytes, scrypt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64url, fromUtf8, toBase64url } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { writeFileAtomically, writeFileOnce } from './files.ts'

/**
 * Secrets encrypted at rest, each under XChaCha20-Poly1305 with its name as associated data and a
 * key that scrypt (RFC 7914) makes of the password. The file is replaced as a whole and never
 * half-written.
 */
export type Keystore = {
  /** A secret's bytes, or undefined. */
  get(name: string): Uint8Array | undefined
  /** Keeps a secret under a name that has none yet. @throws Keystore.Exists */
  add(name: string, secret: Uint8Array): void
  /** The secret of that name, made and kept at its first use. */
  getOrCreate(name: string, create: () => Uint8Array): Uint8Array
  names(): string[]
}

type Cost = { N: number; r: number; p: number }
type Sealed = { nonce: string; ciphertext: string }
type File = {
  version: 1
  kdf: Cost & { name: 'scrypt'; salt: string }
  check: Sealed
  secrets: Record<string, Sealed>
}

/** OWASP Password Storage Cheat Sheet, scrypt. */
const STRONG: Cost = { N: 2 ** 17, r: 8, p: 1 }
/** For a password of 32 random bytes, which nobody guesses. */
const LIGHT: Cost = { N: 2 ** 12, r: 8, p: 1 }
const NONCE_SIZE_BYTES = 24
const MAXIMUM_MEMORY_BYTES = 512 * 1024 * 1024
const NAME = /^[a-zA-Z0-9._-]{1,64}$/
const CHECK_NAME = 'check of the password'

/** Where the text of a keystore is kept, whole. */
export type Place = {
  /** Undefined where there is none yet. */
  read(): string | undefined
  write(text: string): void
}

/**
 * Opens, or makes, the keystore in a file, or in another place.
 * @throws Keystore.WrongPassword, Keystore.Malformed
 */
export async function open(options: {
  path: string | Place
  password: string
  /** True where the password is 32 random bytes: it needs no costly derivation. */
  hasRandomPassword?: boolean | undefined
}): Promise<Keystore> {
  const { password } = options
  const place = typeof options.path === 'string' ? fileAt(options.path) : options.path
  const kept = place.read()
  const isNew = kept === undefined
  const cost = options.hasRandomPassword ? LIGHT : STRONG
  const kdf = isNew
    ? { name: 'scrypt' as const, ...cost, salt: toBase64url(randomBytes(16)) }
    : parse(kept).kdf
  const key = await derive(password, fromBase64url(kdf.salt), kdf)
  if (isNew) {
    const check = sealSecret(key, CHECK_NAME, randomBytes(16))
    place.write(toText({ version: 1, kdf, check, secrets: {} }))
  }
  let file = parse(place.read() ?? '')
  if (openSecret(key, CHECK_NAME, file.check) === undefined) throw new WrongPasswordError()
  const get = (name: string) => {
    const sealed = file.secrets[name]
    if (sealed === undefined) return undefined
    const secret = openSecret(key, name, sealed)
    if (secret === undefined) throw new MalformedError()
    return secret
  }
  // Another process may have added a secret since: written back without it, it would be lost, and
  // with it what it seals.
  const refresh = (): void => {
    const text = place.read()
    if (text === undefined) return
    const now = parse(text)
    if (now.kdf.salt !== kdf.salt) throw new ReplacedError()
    file = now
  }
  const add = (name: string, secret: Uint8Array) => {
    if (!NAME.test(name)) throw new InvalidNameError()
    refresh()
    if (Object.hasOwn(file.secrets, name)) throw new ExistsError(name)
    const secrets = { ...file.secrets, [name]: sealSecret(key, name, secret) }
    const next = { ...file, secrets }
    place.write(toText(next))
    file = next
  }
  return {
    get: (name) => (Object.hasOwn(file.secrets, name) ? get(name) : undefined),
    add,
    getOrCreate: (name, create) => {
      if (!Object.hasOwn(file.secrets, name)) refresh()
      if (!Object.hasOwn(file.secrets, name)) add(name, create())
      return get(name) as Uint8Array
    },
    names: () => Object.keys(file.secrets).sort(),
  }
}

/**
 * The password of a development home: 32 random bytes in a file that is made at the first use.
 * Whoever can read the home can open its keystores, which is why production must name a password
 * file of its own.
 */
export function developmentPassword(home: string): string {
  const path = join(home, 'development-password')
  writeFileOnce(path, fromUtf8(toBase64url(randomBytes(32))), 0o600)
  return readFileSync(path, 'utf8').trim()
}

function fileAt(path: string): Place {
  return {
    read: () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    write: (text) => writeFileAtomically(path, fromUtf8(text), 0o600),
  }
}

function parse(text: string): File {
  try {
    const file = JSON.parse(text) as File
    const { kdf } = file
    const isKnown = file.version === 1 && kdf.name === 'scrypt'
    // A file that someone changed must not make us spend all memory, and N is a power of two (RFC
    // 7914, section 2).
    const isPower = Number.isSafeInteger(kdf.N) && kdf.N > 1 && Number.isInteger(Math.log2(kdf.N))
    const isBounded =
      isPower &&
      128 * kdf.N * kdf.r <= MAXIMUM_MEMORY_BYTES / 2 &&
      kdf.r >= 1 &&
      kdf.p >= 1 &&
      kdf.p <= 4
    if (isKnown && isBounded && typeof file.secrets === 'object' && file.secrets !== null)
      return file
  } catch {
    // Told below: a message of the parser could quote the file.
  }
  throw new MalformedError()
}

function toText(file: File): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

function derive(password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: MAXIMUM_MEMORY_BYTES }
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, key) =>
      error ? reject(new MalformedError()) : resolve(new Uint8Array(key)),
    )
  })
}

function sealSecret(key: Uint8Array, name: string, secret: Uint8Array): Sealed {
  const nonce = new Uint8Array(randomBytes(NONCE_SIZE_BYTES))
  const ciphertext = xchacha20poly1305(key, nonce, fromUtf8(name)).encrypt(new Uint8Array(secret))
  return { nonce: toBase64url(nonce), ciphertext: toBase64url(ciphertext) }
}

function openSecret(key: Uint8Array, name: string, sealed: Sealed): Uint8Array | undefined {
  try {
    const cipher = xchacha20poly1305(key, fromBase64url(sealed.nonce), fromUtf8(name))
    return cipher.decrypt(fromBase64url(sealed.ciphertext))
  } catch {
    return undefined
  }
}

export class WrongPasswordError extends AmbrosiaError {
  constructor() {
    super('Keystore.WrongPassword', 'the password does not open the keystore', {
      hint: 'Check the file that AMBROSIA_PASSWORD_FILE names.',
    })
  }
}

export class MalformedError extends AmbrosiaError {
  constructor() {
    super('Keystore.Malformed', 'the keystore is damaged or not of this version', {
      hint: 'Restore the file from a copy.',
    })
  }
}

export class ReplacedError extends AmbrosiaError {
  constructor() {
    super('Keystore.Replaced', 'the keystore was replaced by another while it was open', {
      hint: 'Run the command again.',
    })
  }
}

export class ExistsError extends AmbrosiaError {
  constructor(name: string) {
    super('Keystore.Exists', `the keystore holds ${name} already`, { details: { name } })
  }
}

export class InvalidNameError extends AmbrosiaError {
  constructor() {
    super('Keystore.InvalidName', 'a name has 1 to 64 letters, digits, dots, dashes or underscores')
  }
}
