import * as Keys from '@ambrosia/credentials/Keys'
import { fromUtf8, random, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { hmacSha256 } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import * as database from './database.ts'
import { parse, stringify } from './values.ts'

/**
 * A person's keys, which never leave this worker. One seed makes them all; the browser keeps it
 * sealed under a password or a passkey, and everything the wallet remembers sealed under the seed.
 * A guest's wallet is kept nowhere and ends with the tab.
 */

const ITERATIONS = 600_000
const SHORTEST_PASSWORD = 8
const LOCK_AFTER_MS = 15 * 60_000
const SEED_KEY = 'wallet'

type Opened = { seed: Uint8Array; seal: CryptoKey; isGuest: boolean }
type KeptSeed = database.Sealed & {
  salt: Uint8Array
  iterations: number
  way: 'password' | 'passkey'
  credentialId?: Uint8Array
}

let opened: Opened | undefined
let timer: ReturnType<typeof setTimeout> | undefined
const memory = new Map<string, string>()
const lockListeners = new Set<() => void>()

export type WalletState = {
  state: 'none' | 'locked' | 'open'
  isGuest: boolean
  way?: 'password' | 'passkey'
  /** What a passkey is asked for. */
  credentialId?: Uint8Array
  salt?: Uint8Array
}

export async function state(): Promise<WalletState> {
  const kept = await database.get<KeptSeed>(SEED_KEY)
  const about = kept
    ? {
        way: kept.way,
        salt: kept.salt,
        ...(kept.credentialId ? { credentialId: kept.credentialId } : {}),
      }
    : {}
  if (opened) return { state: 'open', isGuest: opened.isGuest, ...about }
  return { state: kept ? 'locked' : 'none', isGuest: false, ...about }
}

/** A wallet that lives as long as this tab. */
export async function openGuest(): Promise<void> {
  await use(random(32), true)
}

/** Makes the wallet of this browser. `secret`: the password's bytes, or what the passkey gave. */
export async function create(
  secret: Uint8Array,
  way: 'password' | 'passkey',
  extra: { salt?: Uint8Array; credentialId?: Uint8Array } = {},
): Promise<void> {
  if (way === 'password' && secret.length < SHORTEST_PASSWORD) throw new PasswordTooShortError()
  const salt = extra.salt ?? random(32)
  const iterations = way === 'password' ? ITERATIONS : 1
  const seed = opened?.seed ?? random(32)
  const iv = random(12)
  const key = await keyOf(secret, salt, iterations)
  const bytes = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv: source(iv) }, key, source(seed)),
  )
  const { credentialId } = extra
  const kept: KeptSeed = { iv, bytes, salt, iterations, way, ...(credentialId && { credentialId }) }
  await database.clear()
  await database.put(SEED_KEY, kept)
  const remembered = [...memory]
  await use(seed, false)
  for (const [key, text] of remembered) await put(key, parse(text))
  memory.clear()
}

/** @throws Wallet.WrongPassword */
export async function unlock(secret: Uint8Array): Promise<void> {
  const kept = await database.get<KeptSeed>(SEED_KEY)
  if (!kept) throw new NoWalletError()
  const key = await keyOf(secret, kept.salt, kept.iterations)
  let seed: Uint8Array
  try {
    seed = new Uint8Array(
      await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: source(kept.iv) },
        key,
        source(kept.bytes),
      ),
    )
  } catch {
    throw new WrongPasswordError()
  }
  await use(seed, false)
}

export function lock(): void {
  opened?.seed.fill(0)
  opened = undefined
  memory.clear()
  clearTimeout(timer)
  for (const listener of lockListeners) listener()
}

export function onLock(listener: () => void): void {
  lockListeners.add(listener)
}

/** Deletes the wallet and everything it kept from this browser. */
export async function forget(): Promise<void> {
  lock()
  await database.clear()
}

/** Called with everything a person does: the wallet locks itself when nothing happens. */
export function touch(): void {
  if (!opened) return
  clearTimeout(timer)
  timer = setTimeout(lock, LOCK_AFTER_MS)
}

export function account(name: string): LocalAccount {
  return privateKeyToAccount(toHex(secret(`account.${name}`)))
}

export function holderKey(name: string): Keys.HolderKey {
  return Keys.holderKeyOf(secret(`holder.${name}`))
}

export async function encryptionKey(name: string): Promise<Envelope.KeyPair> {
  const seed = secret(`encryption.${name}`)
  return await Envelope.createKeyPair(() => seed.slice())
}

/** Remembers a value under a key, sealed. */
export async function put(key: string, value: unknown): Promise<void> {
  const { seal, isGuest } = theOpen()
  const text = stringify(value)
  if (isGuest) {
    memory.set(key, text)
    return
  }
  const iv = random(12)
  const algorithm = {
    name: 'AES-GCM',
    iv: source(iv),
    additionalData: source(fromUtf8(key)),
  }
  const bytes = new Uint8Array(await crypto.subtle.encrypt(algorithm, seal, source(fromUtf8(text))))
  await database.put(`kept.${key}`, { iv, bytes })
}

export async function get<T>(key: string): Promise<T | undefined> {
  const { seal, isGuest } = theOpen()
  if (isGuest) {
    const text = memory.get(key)
    return text === undefined ? undefined : (parse(text) as T)
  }
  const kept = await database.get<database.Sealed>(`kept.${key}`)
  if (!kept) return undefined
  const algorithm = {
    name: 'AES-GCM',
    iv: source(kept.iv),
    additionalData: source(fromUtf8(key)),
  }
  const plain = await crypto.subtle.decrypt(algorithm, seal, source(kept.bytes))
  return parse(toUtf8(new Uint8Array(plain))) as T
}

/** Every value whose key begins so, by its key. */
export async function list<T>(prefix: string): Promise<T[]> {
  const { isGuest } = theOpen()
  const names = isGuest
    ? [...memory.keys()].filter((key) => key.startsWith(prefix))
    : (await database.keys(`kept.${prefix}`)).map((key) => key.slice('kept.'.length))
  const values = await Promise.all(names.sort().map((name) => get<T>(name)))
  return values.filter((value) => value !== undefined)
}

export async function drop(key: string): Promise<void> {
  memory.delete(key)
  await database.remove(`kept.${key}`)
}

function secret(label: string): Uint8Array {
  return hmacSha256(theOpen().seed, fromUtf8(`ambrosia/browser-wallet/1/${label}`))
}

function theOpen(): Opened {
  if (!opened) throw new LockedError()
  return opened
}

async function use(seed: Uint8Array, isGuest: boolean): Promise<void> {
  const material = hmacSha256(seed, fromUtf8('ambrosia/browser-wallet/1/seal'))
  const seal = await crypto.subtle.importKey('raw', source(material), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  opened = { seed, seal, isGuest }
  touch()
}

async function keyOf(secretBytes: Uint8Array, salt: Uint8Array, iterations: number) {
  const base = await crypto.subtle.importKey('raw', source(secretBytes), 'PBKDF2', false, [
    'deriveKey',
  ])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: source(salt), iterations }
  const aes = { name: 'AES-GCM', length: 256 }
  return await crypto.subtle.deriveKey(algorithm, base, aes, false, ['encrypt', 'decrypt'])
}

/** WebCrypto's types want bytes that are not shared. */
function source(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

export class LockedError extends AmbrosiaError {
  constructor() {
    super('Wallet.Locked', 'the wallet is locked', { hint: 'Unlock it and do the same again.' })
  }
}

export class WrongPasswordError extends AmbrosiaError {
  constructor() {
    super('Wallet.WrongPassword', 'this does not open the wallet', {
      hint: 'Try again. Nobody can reset it: the key is only in this browser.',
    })
  }
}

export class PasswordTooShortError extends AmbrosiaError {
  constructor() {
    super('Wallet.PasswordTooShort', `a password has at least ${SHORTEST_PASSWORD} characters`, {
      hint: 'A sentence is easy to remember and hard to guess.',
    })
  }
}

export class NoWalletError extends AmbrosiaError {
  constructor() {
    super('Wallet.None', 'this browser has no wallet yet', { hint: 'Make one first.' })
  }
}
