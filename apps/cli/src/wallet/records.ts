import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import { fromUtf8, random, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Seal from '@ambrosia/sealing/Seal'
import { writeFileAtomically } from '@ambrosia/service/files'
import { WALLET_NAME } from '../options.ts'
import type { Wallet } from './Wallet.ts'

/** A home and its wallet. */
type Place = { home: string; wallet: Wallet }

/** Names of the records in the wallet of a home. */
export function recordNames(home: string): string[] {
  const folder = folderOf(home)
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) =>
    name.endsWith('.sealed') ? [name.slice(0, -'.sealed'.length)] : [],
  )
}

/** Keeps a person's record, sealed under a key of the wallet: a stolen disk tells nothing. */
export async function saveRecord(
  { home, wallet }: Place,
  name: string,
  record: IssuedRecord.IssuedRecord,
): Promise<void> {
  const sealed = await Seal.sealBytes({
    plaintext: fromUtf8(JSON.stringify(record)),
    dataKey: keyOf(wallet, name),
    context: contextOf(name),
  })
  writeFileAtomically(fileOf(home, name), sealed, 0o600)
}

/** A record of the wallet. @throws Record.Unknown */
export async function loadRecord(
  { home, wallet }: Place,
  name: string,
): Promise<IssuedRecord.IssuedRecord> {
  const path = fileOf(home, name)
  if (!existsSync(path)) throw new UnknownRecordError(name)
  const plaintext = await Seal.openBytes({
    ciphertext: new Uint8Array(readFileSync(path)),
    dataKey: keyOf(wallet, name),
    context: contextOf(name),
  })
  return IssuedRecord.parse(JSON.parse(toUtf8(plaintext)))
}

function folderOf(home: string): string {
  return join(home, 'wallet', 'records')
}

/** @throws Cli.InvalidName for a name that could leave the folder */
function fileOf(home: string, name: string): string {
  if (!WALLET_NAME.test(name)) throw new InvalidNameError()
  return join(folderOf(home), `${name}.sealed`)
}

function keyOf(wallet: Wallet, name: string): Uint8Array {
  return wallet.keystore.getOrCreate(`record.${name}`, () => random(32))
}

function contextOf(name: string): Uint8Array {
  return fromUtf8(`ambrosia/wallet-record/1/${name}`)
}

export class InvalidNameError extends AmbrosiaError {
  constructor() {
    super('Cli.InvalidName', 'a name has 1 to 41 lower-case letters, digits and dashes')
  }
}

export class UnknownRecordError extends AmbrosiaError {
  constructor(name: string) {
    super('Record.Unknown', `the wallet holds no record called ${name}`, {
      hint: 'List them with: ambrosia record list',
    })
  }
}
