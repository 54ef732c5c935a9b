import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { readDeal } from '@ambrosia/chain/read/exchange'
import type * as Loader from '@ambrosia/credentials/Contexts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type NetworkFile, readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { Hex, LocalAccount } from 'viem'
import { homeOf, isDevelopment } from './environment.ts'
import { openWallet, type Wallet } from './wallet/Wallet.ts'

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
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
}

/** An account by the name of its key; `consumer` and `relayer` are the funded ones of a development network. */
export function accountOf(session: Session, name: string): LocalAccount {
  if (isDevelopment() && (name === 'consumer' || name === 'relayer' || name === 'deployer')) {
    return developmentAccount(name)
  }
  return session.wallet.account(name)
}

/** A deal with its documents: terms from the chain, criteria and agreement from the store, each checked against its hash. */
export async function loadDeal(session: Session, dealId: Hex): Promise<OpenedDeal> {
  const { client, contracts, fromBlock } = session.chain
  const created = await readDeal(client, { address: contracts.dealBook, fromBlock }, dealId)
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
