import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import type { Address } from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { withBrowserWallet } from './browserWallet.ts'
import { countingFetch, setServices } from './outgoing.ts'

/** The network as the page's server describes it. */
export type NetworkDescription = {
  chainId: number
  contracts: Record<string, Address>
  services: { issuer: string; store: string; oracles: string[] }
  deployedAtBlock: number
  /** What only a development network gives away. */
  development?: { operatorToken: string; mnemonic: string }
}

export type Network = {
  description: NetworkDescription
  chain: Chain
  store: StoreClient
  fetch: typeof countingFetch
  loader: Contexts.Loader
  now: () => number
  pause: (ms: number) => Promise<void>
}

let known: Promise<Network> | undefined

/** The network of this page, asked once. */
export function network(): Promise<Network> {
  known ??= load().catch((error: unknown) => {
    known = undefined
    throw error
  })
  return known
}

async function load(): Promise<Network> {
  const answer = await countingFetch('/network')
  const description = (await answer.json()) as NetworkDescription
  const { issuer, store, oracles } = description.services
  const named = oracles.map((url, index) => [`oracle-${index + 1}`, url])
  setServices({ issuer, store, ...Object.fromEntries(named) })
  const now = (): number => Date.now()
  const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
  return {
    description,
    chain: withBrowserWallet(
      createChain({ ...description, rpcUrl: `${self.location.origin}/rpc` }),
    ),
    store: createStoreClient({
      url: store,
      chainId: description.chainId,
      fetch: countingFetch as never,
      now,
      pause,
    }),
    fetch: countingFetch,
    loader: Contexts.createLoader({
      claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
    }),
    now,
    pause,
  }
}

/**
 * Well-known accounts by what the page uses them for; others than the terminal's, which sends at
 * the same time.
 */
const INDEXES = { tokens: 1, relayer: 4, faucet: 5 } as const
const accounts = new Map<string, HDAccount>()

/** @throws Error where the network is not a development network */
export async function developmentAccount(name: keyof typeof INDEXES): Promise<HDAccount> {
  const { description } = await network()
  if (description.development === undefined) throw new Error('a development network only')
  const { mnemonic } = description.development
  const account = accounts.get(name) ?? mnemonicToAccount(mnemonic, { addressIndex: INDEXES[name] })
  accounts.set(name, account)
  return account
}
