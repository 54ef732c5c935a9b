import { join } from 'node:path'
import * as Keys from '@ambrosia/credentials/Keys'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { removeLeftovers } from '@ambrosia/service/files'
import * as Keystore from '@ambrosia/service/Keystore'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import { readNamedText } from '../namedFiles.ts'

/**
 * A person's keys in the home, encrypted under the password of AMBROSIA_PASSWORD_FILE (development:
 * a random one in the home).
 */
export type Wallet = {
  /** The account of that name, made at its first use. */
  account(name: string): LocalAccount
  /** The account of that name. @throws Wallet.NoAccount where the wallet has none */
  existing(name: string): LocalAccount
  /** The Ed25519 holder key of that name, made at its first use. */
  holderKey(name: string): Keys.HolderKey
  /** The X25519 key of that name, made at its first use. */
  encryptionKey(name: string): Promise<Envelope.KeyPair>
  names(): string[]
  keystore: Keystore.Keystore
}

export async function openWallet(home: string): Promise<Wallet> {
  const folder = join(home, 'wallet')
  for (const path of [home, folder, join(folder, 'records'), join(folder, 'sales')])
    removeLeftovers(path)
  const keystore = await Keystore.open({
    path: join(folder, 'keystore.json'),
    ...passwordOf(home),
  })
  const secret = (name: string): Uint8Array => keystore.getOrCreate(name, () => random(32))
  return {
    account: (name) => privateKeyToAccount(toHex(secret(`account.${name}`))),
    existing: (name) => {
      const found = keystore.get(`account.${name}`)
      if (found === undefined) throw new NoAccountError(name, accountsOf(keystore.names(), name))
      return privateKeyToAccount(toHex(found))
    },
    holderKey: (name) => Keys.holderKeyOf(secret(`holder.${name}`)),
    encryptionKey: (name) => {
      const seed = secret(`encryption.${name}`)
      return Envelope.createKeyPair(() => seed.slice())
    },
    names: () => keystore.names(),
    keystore,
  }
}

/** Accounts that were made for sales of a record. */
function accountsOf(keys: readonly string[], record: string): string[] {
  const start = `account.${record}.`
  return keys.flatMap((key) => (key.startsWith(start) ? [key.slice('account.'.length)] : []))
}

/** The password of the wallet of a home. @throws Wallet.NoPassword */
export function passwordOf(home: string): { password: string; hasRandomPassword?: true } {
  const passwordFile = process.env['AMBROSIA_PASSWORD_FILE']
  if (passwordFile !== undefined) return { password: readNamedText(passwordFile).trimEnd() }
  if (process.env['AMBROSIA_ENV'] === 'production') throw new NoPasswordError()
  return { password: Keystore.developmentPassword(home), hasRandomPassword: true }
}

export class NoPasswordError extends AmbrosiaError {
  constructor() {
    super('Wallet.NoPassword', 'production needs a password for the wallet', {
      hint: 'Set AMBROSIA_PASSWORD_FILE to a file that holds it.',
    })
  }
}

export class NoAccountError extends AmbrosiaError {
  /** @param sales accounts of what was sold of a record of that name */
  constructor(name: string, sales: readonly string[] = []) {
    const hint =
      sales.length > 0
        ? `A record has an account for each deal. Of ${name}: ${sales.join(', ')}. Another one of that name can be made: ambrosia keys create ${name}.`
        : `See ambrosia balance for those there are, or make it: ambrosia keys create ${name}.`
    super('Wallet.NoAccount', `the wallet has no account called ${name}`, { hint })
  }
}
