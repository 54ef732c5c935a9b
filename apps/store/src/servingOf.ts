import { storeRoutes } from '@ambrosia/api/store/routes'
import type { Serving } from '@ambrosia/service/Frame'
import * as SignedRequest from '@ambrosia/service/SignedRequest'
import { createHandlers } from './routes/createHandlers.ts'
import type { Store } from './Store.ts'

/** What the store serves, apart from its jobs. */
export function servingOf(store: Store): Serving<typeof storeRoutes> {
  const { database, chainId, account, nowSec } = store
  return {
    description: 'Holds sealed records between upload and delivery; it can open none of them.',
    routes: storeRoutes,
    handlers: createHandlers(store),
    requestTimeoutMs: storeRoutes.upload.timeoutMs,
    guards: (app) => ({
      account: SignedRequest.createHook(app, {
        database,
        chainId,
        service: account.address,
        nowMs: () => nowSec() * 1000,
      }),
    }),
  }
}
