import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import type * as Loader from '@ambrosia/credentials/Contexts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type NetworkFile, readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import { type Address, getAddress, isAddress, type LocalAccount } from 'viem'
import { hasRightCapitals } from './capitals.ts'
import { homeOf, isDevelopment } from './environment.ts'
import { UsageError } from './output.ts'
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

/**
 * An account that the wallet has, by the name of its key; `consumer` and `relayer` are the funded
 * ones of a development network.
 * @throws Wallet.NoAccount
 */
export function accountOf(session: Session, name: string): LocalAccount {
  if (isDevelopment() && (name === 'consumer' || name === 'relayer' || name === 'deployer')) {
    return developmentAccount(name)
  }
  return session.wallet.existing(name)
}

/**
 * The address of an account: of a name as `accountOf` takes it, or as it stands.
 * @throws Wallet.NoAccount, Cli.Usage
 */
export function addressOf(session: Session, nameOrAddress: string): Address {
  if (isAddress(nameOrAddress, { strict: false }) && hasRightCapitals(nameOrAddress))
    return getAddress(nameOrAddress)
  if (nameOrAddress.startsWith('0x'))
    throw new UsageError(
      `${nameOrAddress} is not an account`,
      'An account is 0x and 40 hexadecimal digits with the right capitals, or a name that ambrosia balance lists.',
    )
  return accountOf(session, nameOrAddress).address
}
