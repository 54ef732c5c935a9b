import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { readDeal } from '@ambrosia/chain/read'
import type * as Loader from '@ambrosia/credentials/Contexts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type NetworkFile, readNetworkFile } from '@ambrosia/devnet/Network'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import { fromUtf8, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Hex, LocalAccount } from 'viem'
import { homeOf } from './home.ts'
import { openWallet, type Wallet } from './wallet.ts'

/** What every verb that speaks to a running network works with. */
export type Session = {
  home: string
  network: NetworkFile
  chain: Chain
  store: StoreClient
  wallet: Wallet
}

/** @throws Devnet.NoNetwork where the home describes none */
export async function openSession(): Promise<Session> {
  const home = homeOf()
  const network = readNetworkFile(home)
  const chain = createChain(network)
  const store = createStoreClient({
    url: network.services.store,
    chainId: network.chainId,
    fetch,
    now: Date.now,
    pause,
  })
  return { home, network, chain, store, wallet: await openWallet(home) }
}

/** JSON-LD contexts of record credentials. */
export async function recordLoader(): Promise<Loader.Loader> {
  const Contexts = await import('@ambrosia/credentials/Contexts')
  const ClaimProfile = await import('@ambrosia/health/ClaimProfile')
  return Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_1),
  })
}

/** An account by the name of its key; `consumer` and `relayer` are the funded ones of a development network. */
export function accountOf(session: Session, name: string): LocalAccount {
  const isDevelopment = (process.env['AMBROSIA_ENV'] ?? 'development') === 'development'
  if (isDevelopment && (name === 'consumer' || name === 'relayer' || name === 'deployer')) {
    return developmentAccount(name)
  }
  return session.wallet.account(name)
}

/** A deal with its documents: terms from the chain, criteria and agreement from the store, each checked against its hash. */
export async function loadDeal(session: Session, dealId: Hex): Promise<OpenedDeal> {
  const created = await readDeal(session.chain.client, session.chain.contracts.dealBook, dealId)
  if (!created) throw new UnknownDealError(dealId)
  const { terms, salt, budget } = created
  const read = async (hash: Hex): Promise<unknown> =>
    JSON.parse(toUtf8(await session.store.document(hash)))
  const criteria = Criteria.parse((await read(terms.criteriaHash)) as object)
  const agreement = Agreement.parse(await read(terms.agreementHash))
  if (
    Criteria.hash(criteria) !== terms.criteriaHash ||
    Agreement.hash(agreement) !== terms.agreementHash
  ) {
    throw new WrongDocumentError(dealId)
  }
  return { dealId, salt, terms, criteria, agreement, budget, transaction: '0x', gas: 0n }
}

/** Records of a person, sealed under a key of the wallet: a stolen disk tells nothing. */
export const records = {
  names(home: string): string[] {
    const folder = join(home, 'wallet', 'records')
    if (!existsSync(folder)) return []
    return readdirSync(folder).flatMap((name) =>
      name.endsWith('.sealed') ? [name.slice(0, -7)] : [],
    )
  },
  async save(session: Session, name: string, record: IssuedRecord.IssuedRecord): Promise<void> {
    assertName(name)
    const folder = join(session.home, 'wallet', 'records')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const plaintext = fromUtf8(JSON.stringify(record))
    const sealed = await Seal.sealBytes({
      plaintext,
      dataKey: recordKey(session, name),
      context: contextOf(name),
    })
    writeFileSync(join(folder, `${name}.sealed`), sealed, { mode: 0o600 })
  },
  async load(session: Session, name: string): Promise<IssuedRecord.IssuedRecord> {
    assertName(name)
    const path = join(session.home, 'wallet', 'records', `${name}.sealed`)
    if (!existsSync(path)) throw new UnknownRecordError(name)
    const ciphertext = new Uint8Array(readFileSync(path))
    const plaintext = await Seal.openBytes({
      ciphertext,
      dataKey: recordKey(session, name),
      context: contextOf(name),
    })
    return IssuedRecord.parse(JSON.parse(toUtf8(plaintext)))
  },
}

function recordKey(session: Session, name: string): Uint8Array {
  return session.wallet.keystore.getOrCreate(`record.${name}`, () =>
    crypto.getRandomValues(new Uint8Array(32)),
  )
}

function contextOf(name: string): Uint8Array {
  return fromUtf8(`ambrosia/wallet-record/1/${name}`)
}

function assertName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) {
    throw new AmbrosiaError(
      'Cli.InvalidName',
      'a name has 1 to 41 lower-case letters, digits and dashes',
    )
  }
}

export class UnknownDealError extends AmbrosiaError {
  constructor(dealId: string) {
    super('Deal.Unknown', `the chain has no deal ${dealId}`, {
      hint: 'List them with: ambrosia deal list',
    })
  }
}

export class WrongDocumentError extends AmbrosiaError {
  constructor(dealId: string) {
    super('Deal.WrongDocument', `the store gave other documents than deal ${dealId} names`)
  }
}

export class UnknownRecordError extends AmbrosiaError {
  constructor(name: string) {
    super('Record.Unknown', `the wallet holds no record called ${name}`, {
      hint: 'List them with: ambrosia record list',
    })
  }
}
