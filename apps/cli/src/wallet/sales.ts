import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromUtf8, type Hex, random, toUtf8 } from '@ambrosia/primitives/Bytes'
import * as Seal from '@ambrosia/sealing/Seal'
import { writeFileAtomically } from '@ambrosia/service/files'
import type { Wallet } from './Wallet.ts'

/**
 * What a person signed for one sale: to whom, for what, under which words. Only their own wallet
 * has the words.
 */
export type SignedSale = {
  version: 1
  /** Name of the record in the wallet. */
  name: string
  dealId: Hex
  /** The account that was made for this sale. */
  account: Hex
  consentHash: Hex
  /** ISO 8601. */
  signedAt: string
  consumer: string
  contact?: string
  title: string
  issuer: string
  /** Sentences of the permission to check, and of the consent. */
  permission: string[]
  consent: string[]
}

type Place = { home: string; wallet: Wallet }

/** Keeps what was signed, sealed under a key of the wallet. */
export async function saveSale(place: Place, sale: SignedSale): Promise<void> {
  const sealed = await Seal.sealBytes({
    plaintext: fromUtf8(JSON.stringify(sale)),
    dataKey: keyOf(place.wallet),
    context: contextOf(sale.consentHash),
  })
  writeFileAtomically(join(folderOf(place.home), `${sale.consentHash}.sealed`), sealed, 0o600)
}

/**
 * Everything that was signed in this wallet, oldest first.
 * @throws Seal.* where a file was changed
 */
export async function loadSales({ home, wallet }: Place): Promise<SignedSale[]> {
  const folder = folderOf(home)
  if (!existsSync(folder)) return []
  const sales: SignedSale[] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.sealed')) continue
    const plaintext = await Seal.openBytes({
      ciphertext: new Uint8Array(readFileSync(join(folder, file))),
      dataKey: keyOf(wallet),
      context: contextOf(file.slice(0, -'.sealed'.length)),
    })
    sales.push(JSON.parse(toUtf8(plaintext)) as SignedSale)
  }
  return sales.sort((one, other) => (one.signedAt < other.signedAt ? -1 : 1))
}

function folderOf(home: string): string {
  return join(home, 'wallet', 'sales')
}

function keyOf(wallet: Wallet): Uint8Array {
  return wallet.keystore.getOrCreate('sales', () => random(32))
}

function contextOf(consentHash: string): Uint8Array {
  return fromUtf8(`ambrosia/wallet-sale/1/${consentHash}`)
}
