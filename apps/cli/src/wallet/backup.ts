import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  concat,
  fromBase64url,
  fromUtf8,
  random,
  toBase64url,
  toHex,
  toUtf8,
} from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Seal from '@ambrosia/sealing/Seal'
import { writeFileAtomically } from '@ambrosia/service/files'
import * as Keystore from '@ambrosia/service/Keystore'
import { openWallet, passwordOf } from './Wallet.ts'

/**
 * A wallet as one file under a password of its own, so that it opens in any home:
 *
 *   backup = "ambrosia wallet backup 1" LF, keystore as one line of JSON LF, sealed contents
 *
 * The keystore holds one key, made for this backup, under the password (scrypt and
 * XChaCha20-Poly1305); the contents are sealed under that key, padded to a size class. Neither
 * names nor numbers of keys, records and sales can be told without the password.
 */
type Contents = {
  version: 1
  /** Base64url by name in the keystore. */
  secrets: Record<string, string>
  /** Base64url by path below the wallet's folder. They stay sealed as they are. */
  files: Record<string, string>
}

/** What a backup holds. */
export type Counts = { keys: number; records: number; sales: number }

const FIRST_LINE = 'ambrosia wallet backup 1'
const KEY_NAME = 'backup'
const CONTEXT = fromUtf8('ambrosia/wallet-backup/1')
const FOLDERS = ['records', 'sales'] as const
/** A backup names files; none may lie elsewhere. */
const PATH = /^(records|sales)\/[A-Za-z0-9-]{1,80}\.sealed$/
const SHORTEST_PASSWORD = 8

/** The wallet of a home. @throws Backup.Empty, Backup.PasswordTooShort, Keystore.* */
export async function createBackup(
  home: string,
  password: string,
): Promise<{ bytes: Uint8Array; counts: Counts }> {
  if (password.length < SHORTEST_PASSWORD) throw new PasswordTooShortError()
  // Files first: the key of a record is there before its file, so each file read here finds it.
  const files = Object.fromEntries(
    pathsIn(home).map((path) => [path, toBase64url(readFileSync(join(home, 'wallet', path)))]),
  )
  const { keystore } = await openWallet(home)
  const secrets = Object.fromEntries(
    keystore.names().map((name) => [name, toBase64url(keystore.get(name) as Uint8Array)]),
  )
  const contents: Contents = { version: 1, secrets, files }
  const counts = countsOf(contents)
  if (counts.keys === 0 && counts.records === 0) throw new EmptyError()
  const place = memoryPlace()
  const key = (await Keystore.open({ path: place, password })).getOrCreate(KEY_NAME, () =>
    random(32),
  )
  const sealed = await Seal.sealBytes({
    plaintext: fromUtf8(JSON.stringify(contents)),
    dataKey: key,
    context: CONTEXT,
  })
  const header = `${FIRST_LINE}\n${JSON.stringify(JSON.parse(place.read() ?? ''))}\n`
  return { bytes: concat(fromUtf8(header), sealed), counts }
}

/**
 * Puts a backup in place as the wallet of a home, under the password of that home: all of it or
 * nothing. A wallet that is replaced is moved aside and never deleted.
 * @throws Backup.WrongPassword, Backup.Malformed, Backup.WalletExists
 */
export async function restoreBackup(
  home: string,
  { bytes, password, over }: { bytes: Uint8Array; password: string; over: boolean },
): Promise<{ counts: Counts; replaced?: string }> {
  if (!over && (await isInUse(home))) throw new WalletExistsError()
  const { secrets, files } = await openBackup(bytes, password)
  const wallet = join(home, 'wallet')
  const suffix = toHex(random(4)).slice(2)
  const beside = `${wallet}.restoring-${suffix}`
  const aside = `${wallet}.replaced-${suffix}`
  try {
    const place = memoryPlace()
    const keystore = await Keystore.open({ path: place, ...passwordOf(home) })
    for (const [name, secret] of Object.entries(secrets)) keystore.add(name, fromBase64url(secret))
    for (const [path, sealed] of Object.entries(files))
      writeFileAtomically(join(beside, path), fromBase64url(sealed), 0o600)
    writeFileAtomically(join(beside, 'keystore.json'), fromUtf8(place.read() ?? ''), 0o600)
    const isReplaced = existsSync(wallet)
    if (isReplaced) renameSync(wallet, aside)
    renameSync(beside, wallet)
    const counts = countsOf({ version: 1, secrets, files })
    return isReplaced ? { counts, replaced: aside } : { counts }
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

async function openBackup(bytes: Uint8Array, password: string): Promise<Contents> {
  const first = bytes.indexOf(10)
  const second = bytes.indexOf(10, first + 1)
  if (first < 0 || second < 0) throw new MalformedError()
  if (new TextDecoder().decode(bytes.subarray(0, first)) !== FIRST_LINE) throw new MalformedError()
  try {
    const place = memoryPlace(toUtf8(bytes.subarray(first + 1, second)))
    const key = (await Keystore.open({ path: place, password })).get(KEY_NAME)
    if (key === undefined) throw new MalformedError()
    const plaintext = await Seal.openBytes({
      ciphertext: bytes.subarray(second + 1),
      dataKey: key,
      context: CONTEXT,
    })
    const contents = JSON.parse(toUtf8(plaintext)) as Contents
    if (contents.version !== 1 || !Object.keys(contents.files).every((path) => PATH.test(path)))
      throw new MalformedError()
    return contents
  } catch (error) {
    if (error instanceof Keystore.WrongPasswordError) throw new WrongPasswordError()
    throw new MalformedError()
  }
}

/** True where the wallet holds something that would be lost. */
async function isInUse(home: string): Promise<boolean> {
  if (pathsIn(home).length > 0) return true
  if (!existsSync(join(home, 'wallet', 'keystore.json'))) return false
  return (await openWallet(home)).names().length > 0
}

/** Sealed files of the wallet. */
function pathsIn(home: string): string[] {
  return FOLDERS.flatMap((folder) => {
    const path = join(home, 'wallet', folder)
    if (!existsSync(path)) return []
    return readdirSync(path)
      .map((name) => `${folder}/${name}`)
      .filter((name) => PATH.test(name))
  })
}

function countsOf({ secrets, files }: Contents): Counts {
  const count = (folder: string) =>
    Object.keys(files).filter((path) => path.startsWith(`${folder}/`)).length
  return { keys: Object.keys(secrets).length, records: count('records'), sales: count('sales') }
}

function memoryPlace(text?: string): Keystore.Place {
  let kept = text
  return {
    read: () => kept,
    write: (next) => {
      kept = next
    },
  }
}

export class EmptyError extends AmbrosiaError {
  constructor() {
    super('Backup.Empty', 'the wallet of this home holds nothing', {
      hint: 'Check AMBROSIA_HOME.',
    })
  }
}

export class PasswordTooShortError extends AmbrosiaError {
  constructor() {
    super('Backup.PasswordTooShort', `a password has at least ${SHORTEST_PASSWORD} characters`, {
      hint: 'Choose a longer one: whoever guesses it has your keys and records.',
    })
  }
}

export class WrongPasswordError extends AmbrosiaError {
  constructor() {
    super('Backup.WrongPassword', 'the password does not open the backup', {
      hint: 'Check --password-file: it needs the password that the backup was made with.',
    })
  }
}

export class MalformedError extends AmbrosiaError {
  constructor() {
    super('Backup.Malformed', 'the file is not a wallet backup, or it is cut or changed', {
      hint: 'Use another copy of the backup. Nothing was restored.',
    })
  }
}

export class WalletExistsError extends AmbrosiaError {
  constructor() {
    super('Backup.WalletExists', 'this home has a wallet with keys or records already', {
      hint: 'Restore into another AMBROSIA_HOME, or add --force, which moves that wallet aside.',
    })
  }
}
