import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import type { Network } from '@ambrosia/devnet/Network'

/** A client of a network's store, or of what stands before it at another address. */
export function storeOf({ file }: Pick<Network, 'file'>, url = file.services.store): StoreClient {
  const wait = (ms: number) => pause(ms)
  return createStoreClient({ url, chainId: file.chainId, fetch, now: Date.now, pause: wait })
}
