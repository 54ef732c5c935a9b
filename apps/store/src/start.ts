import { join } from 'node:path'
import { finalBlock } from '@ambrosia/chain/finality'
import { pause } from '@ambrosia/chain/follow'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import * as Chain from '@ambrosia/service/Chain'
import * as Config from '@ambrosia/service/Config'
import * as Database from '@ambrosia/service/Database'
import { FileBlobStore } from '@ambrosia/service/FileBlobStore'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Network from '@ambrosia/service/Network'
import type { Running } from '@ambrosia/service/runService'
import * as Server from '@ambrosia/service/Server'
import { openKeystore, placesOf } from '@ambrosia/service/settings'
import { privateKeyToAccount } from 'viem/accounts'
import { consentBookOf, createDealReader } from './chain/createDealReader.ts'
import { settings } from './config.ts'
import { createApp } from './createApp.ts'
import { createLocks } from './createLocks.ts'
import { migrations } from './database/migrations.ts'
import type { StoreDatabase } from './database/tables.ts'
import { deleteStrays, sweep } from './jobs/sweep.ts'
import { DEFAULT_LIMITS, type Store } from './Store.ts'

/** Starts a store: its keys, its database, its routes, its sweeping. */
export async function startStore({
  env,
  signal,
}: {
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}): Promise<Running> {
  const config = Config.read(settings, env)
  const places = placesOf(config, 'store')
  const log = Log.create({ name: 'store', level: config.logLevel })
  const network = Network.read(places.networkFile)
  const { chainId } = network
  const keystore = await openKeystore(config, places)
  const account = privateKeyToAccount(toHex(keystore.getOrCreate('account', () => random(32))))
  const client = await Chain.connect({ rpcUrl: config.rpcUrl ?? network.rpcUrl, chainId })
  const database = await Database.open<StoreDatabase>({ url: places.databaseUrl, migrations })
  const nowSec = () => Date.now() / 1000
  const dealBook = Network.contractOf(network, 'dealBook')
  const contracts = {
    dealBook,
    consentBook: await consentBookOf(client, dealBook),
    oracleRegistry: Network.contractOf(network, 'oracleRegistry'),
  }
  const reader = createDealReader({
    client,
    database,
    contracts,
    store: account.address,
    finality: Network.finalityOf(network, config.mode),
    fromBlock: Network.fromBlockOf(network),
    nowSec,
    signal,
  })
  const { blobSizeBytes, capacitySizeBytes, pendingCount, submissionWindowSec } = config
  const store: Store = {
    account,
    chainId,
    domain: dealBookDomain(chainId, dealBook),
    database,
    blobs: new FileBlobStore(join(places.dataFolder, 'blobs')),
    reader,
    limits: {
      ...DEFAULT_LIMITS,
      blobSizeBytes,
      capacitySizeBytes,
      pendingCount,
      submissionWindowSec,
    },
    locks: createLocks(),
    log,
    nowSec,
  }
  await deleteStrays(store)
  const checks = {
    database: () => Database.assertReady(database),
    chain: () => finalBlock(client, { kind: 'blocks', count: 1 }),
  }
  const app = await createApp(store, {
    metrics: Metrics.create({ service: 'store' }),
    checks,
    requestsPerMinute: config.requestsPerMinute,
    trustProxy: config.trustProxy,
  })
  const url = await Server.listen(app, config)
  const ended = sweepUntil(store, config.sweepSec * 1000, signal)
  log.info({ url, account: account.address }, 'listening')
  return {
    url,
    close: async () => {
      await app.close()
      await ended
      await database.destroy()
    },
  }
}

async function sweepUntil(store: Store, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweep(store)
    } catch (error) {
      // The chain may be away for a while; nothing is deleted without it.
      store.log.warn({ err: error }, 'sweep failed')
    }
    await pause(everyMs, signal)
  }
}
