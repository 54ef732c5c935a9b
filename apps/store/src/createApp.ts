import type { Metrics } from '@ambrosia/service/Metrics'
import * as Server from '@ambrosia/service/Server'
import * as SignedRequest from '@ambrosia/service/SignedRequest'
import { addBlobRoutes } from './routes/blobs.ts'
import { addDocumentRoutes } from './routes/documents.ts'
import { addReleaseRoutes } from './routes/releases.ts'
import { addTicketRoutes } from './routes/tickets.ts'
import type { Store } from './Store.ts'

const STATUSES = {
  'Ticket.TooLarge': 413,
  'Ticket.DealUnknown': 404,
  'Ticket.StoreNotNamed': 403,
  'Ticket.DealNotOpen': 409,
  'Ticket.QuotaExceeded': 429,
  'Ticket.StoreFull': 507,
  'Upload.TicketRefused': 401,
  'Upload.SizeMismatch': 422,
  'Upload.Interrupted': 503,
  'Blob.Refused': 404,
  'Document.TooLarge': 413,
  'Document.HashMismatch': 422,
  'Document.DealUnknown': 404,
  'Document.NotOfDeal': 403,
  'Document.NotFound': 404,
  'Release.RecordUnknown': 404,
  'Release.Ended': 410,
  'Release.OracleNotNamed': 403,
  'Release.EnvelopeMismatch': 422,
  'Release.ManifestMismatch': 422,
  'Release.SignatureRefused': 401,
  'Release.Stale': 409,
}

/** The store's HTTP server. */
export async function createApp(
  store: Store,
  options: {
    metrics: Metrics
    checks?: Readonly<Record<string, () => Promise<unknown>>>
    requestsPerMinute?: number
    trustProxy?: boolean
  },
): Promise<Server.Server> {
  const app = await Server.create({
    name: 'store',
    description: 'Holds sealed records between upload and delivery; it can open none of them.',
    log: store.log,
    statuses: STATUSES,
    bodyLimitBytes: 64 * 1024,
    // An upload of the largest blob over a slow line.
    requestTimeoutMs: 3_600_000,
    ...options,
  })
  Server.addServiceRoute(app, {
    kind: 'store',
    chainId: store.chainId,
    account: store.account.address,
  })
  const verify = SignedRequest.createHook(app, {
    database: store.database,
    chainId: store.chainId,
    service: store.account.address,
    nowMs: () => store.nowSec() * 1000,
  })
  addTicketRoutes(app, store, verify)
  addBlobRoutes(app, store, verify)
  addReleaseRoutes(app, store, verify)
  addDocumentRoutes(app, store, verify)
  return app
}
