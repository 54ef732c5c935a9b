import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import type { OracleNetworkParameters } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import * as Network from '@ambrosia/devnet/Network'
import { buildPage, isPageBuilt } from '@ambrosia/devnet/page'
import { describeEvent, describePorts } from '@ambrosia/devnet/words'
import { portsOf } from '../../environment.ts'
import { duration } from '../../figures.ts'
import { openWallet, type Wallet } from '../../wallet/Wallet.ts'
import type { Stage } from './Stage.ts'

/** A network with the exchange on it, a wallet, a client of the store. */
export type Ground = { network: Network.Network; wallet: Wallet; store: StoreClient; home: string }

/**
 * Starts the network of a demonstration, tells what it took, and ends it with the demonstration.
 */
export async function startGround<Result>(
  stage: Pick<Stage<Result>, 'home' | 'signal' | 'screen' | 'setUp' | 'defer'>,
  options: {
    fresh?: boolean
    oracleCount?: number
    oracleNetwork?: OracleNetworkParameters
    page?: boolean
    onLayer2?: boolean
  } = {},
): Promise<Ground> {
  const { home, signal, screen } = stage
  const network = await stage.setUp((onStep) =>
    Network.start({
      home,
      fresh: options.fresh ?? false,
      oracleCount: options.oracleCount ?? 3,
      ...(options.oracleNetwork === undefined ? {} : { oracleNetwork: options.oracleNetwork }),
      ports: portsOf(process.env),
      page: options.page ?? false,
      onLayer2: options.onLayer2 ?? false,
      restarts: true,
      signal,
      onStep,
      onPorts: (ports) => {
        for (const line of describePorts(ports)) screen.line('', line)
      },
      onEvent: (event) => {
        const line = describeEvent(event)
        if (line !== undefined) screen.line('', line)
      },
    }),
  )
  stage.defer(() => network.stop())
  screen.line('set up', setUpText(network))
  if (network.page) announcePage(stage, network.page)
  const store = createStoreClient({
    url: network.file.services.store,
    chainId: network.file.chainId,
    fetch,
    now: Date.now,
    pause,
  })
  return { network, wallet: await openWallet(home), store, home }
}

/**
 * Tells where the page is; built at the first time, beside what the demonstration does meanwhile.
 */
function announcePage<Result>(
  { home, screen, signal, defer }: Pick<Stage<Result>, 'home' | 'screen' | 'signal' | 'defer'>,
  { url, folder }: { url: string; folder: string },
): void {
  if (isPageBuilt(folder)) {
    screen.line('page', `${url}   see it and use it in a browser`)
    return
  }
  screen.line('page', `${url}   is being prepared (once)`)
  const ending = new AbortController()
  const logFile = join(home, 'logs', 'page-build.log')
  const building = buildPage({
    folder,
    logFile,
    signal: AbortSignal.any([signal, ending.signal]),
  }).then((isBuilt) => {
    if (signal.aborted || ending.signal.aborted) return
    screen.line('page', isBuilt ? `${url}   is ready` : `could not be built; read ${logFile}`)
  })
  defer(async () => {
    ending.abort()
    await building
  })
}

function setUpText({ times, operators }: Network.Network): string {
  const setupMs = Number(process.env['AMBROSIA_SETUP_MS'] ?? 0)
  const isInstalled = process.env['AMBROSIA_PACKAGES_INSTALLED'] === '1'
  const packages = isInstalled ? `${duration(setupMs)} (once)` : 'ready'
  const contracts = `${duration(times.contractsMs)}${times.contractsCached ? ' (cached)' : ''}`
  const major = process.versions.node.split('.')[0]
  return `Node ${major} ok · packages ${packages} · contracts ${contracts} · chain, issuer, store, ${operators.length} oracles ${duration(times.servicesMs)}`
}
