import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Network from '@ambrosia/devnet/Network'
import { homeOf, portsOf } from '../../environment.ts'
import { openWallet, type Wallet } from '../../wallet/Wallet.ts'
import { type Screen, seconds } from './Screen.ts'

export type Ground = {
  network: Network.Network
  wallet: Wallet
  store: StoreClient
  home: string
  setupMs: number
}

/** Starts the network and tells what it took. */
export async function setUp(options: {
  screen: Screen
  fresh: boolean
  oracleCount: number
  signal: AbortSignal
}): Promise<Ground> {
  const home = homeOf()
  const startedAt = performance.now()
  const network = await Network.start({
    home,
    fresh: options.fresh,
    oracleCount: options.oracleCount,
    ports: portsOf(process.env),
    signal: options.signal,
  })
  const packagesMs = Number(process.env['AMBROSIA_SETUP_MS'] ?? 0)
  const isInstalled = process.env['AMBROSIA_PACKAGES_INSTALLED'] === '1'
  const packages = isInstalled ? `${seconds(packagesMs)} (once)` : 'ready'
  const { times } = network
  const contracts = `${seconds(times.contractsMs)}${times.contractsCached ? ' (cached)' : ''}`
  const major = process.versions.node.split('.')[0]
  options.screen.line(
    'set up',
    `Node ${major} ok · packages ${packages} · contracts ${contracts} · chain, issuer, store, ${network.operators.length} oracles ${seconds(times.servicesMs)}`,
  )
  const store = createStoreClient({
    url: network.file.services.store,
    chainId: network.file.chainId,
    fetch,
    now: Date.now,
    pause,
  })
  const setupMs = packagesMs + performance.now() - startedAt
  return { network, wallet: await openWallet(home), store, home, setupMs }
}
