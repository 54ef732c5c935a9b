import { join } from 'node:path'
import * as Network from '@ambrosia/chain/Network'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import * as Config from '@ambrosia/service/Config'
import { type Frame, openFrame, serve } from '@ambrosia/service/Frame'
import type { Running } from '@ambrosia/service/runService'
import { privateKeyToAccount } from 'viem/accounts'
import { FileBlobStore } from './blobs/FileBlobStore.ts'
import { consentBookOf, createDealReader } from './chain/createDealReader.ts'
import { settings } from './config.ts'
import { createLocks } from './createLocks.ts'
import { migrations } from './database/migrations.ts'
import type { StoreDatabase } from './database/tables.ts'
import { createUploads } from './holdings/createUploads.ts'
import { deleteStrays, sweep } from './jobs/sweep.ts'
import { DEFAULT_LIMITS, type Store } from './Store.ts'
import { servingOf } from './servingOf.ts'

type StoreFrame = Frame<typeof settings, StoreDatabase>

/** Starts a store: its keys, its database, its routes, its sweeping. */
export async function startStore(context: {
  env: Config.Environment
  signal: AbortSignal
}): Promise<Running> {
  const config = Config.read(settings, context.env)
  const frame: StoreFrame = await openFrame({ name: 'store', config, migrations })
  const store = await openStore(frame, context.signal)
  await deleteStrays(store)
  return await serve(frame, {
    ...servingOf(store),
    whenListening: () => [
      {
        name: 'sweep',
        everyMs: config.sweepSec * 1000,
        run: async () => {
          await sweep(store)
        },
      },
    ],
  })
}

async function openStore(frame: StoreFrame, signal: AbortSignal): Promise<Store> {
  const { config, network, client, database, keystore, log } = frame
  const { chainId } = network
  const account = privateKeyToAccount(toHex(keystore.getOrCreate('account', () => random(32))))
  const nowSec = () => Date.now() / 1000
  const dealBook = Network.contractOf(network, 'dealBook')
  const reader = createDealReader({
    client,
    database,
    contracts: {
      dealBook,
      consentBook: await consentBookOf(client, dealBook),
      oracleRegistry: Network.contractOf(network, 'oracleRegistry'),
    },
    store: account.address,
    finality: Network.finalityOf(network, config.mode),
    fromBlock: Network.fromBlockOf(network),
    nowSec,
    signal,
  })
  const { blobSizeBytes, capacitySizeBytes, pendingCount, submissionWindowSec } = config
  return {
    account,
    chainId,
    domain: dealBookDomain(chainId, dealBook),
    database,
    blobs: new FileBlobStore(join(frame.places.dataFolder, 'blobs')),
    reader,
    limits: {
      ...DEFAULT_LIMITS,
      blobSizeBytes,
      capacitySizeBytes,
      dealSizeBytes: config.dealSizeBytes ?? Math.max(blobSizeBytes, capacitySizeBytes / 4),
      pendingCount,
      submissionWindowSec,
    },
    locks: createLocks(),
    uploads: createUploads(),
    log,
    nowSec,
  }
}
