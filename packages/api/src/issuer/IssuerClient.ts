import type { RecordForm } from '@ambrosia/exchange/IssuedRecord'
import { call, callAt, type Fetch, type Reply, type Service } from '../client/call.ts'
import { issuerRoutes } from './routes.ts'

/** What an issuer answers to an issuance. */
export type Issued = Reply<typeof issuerRoutes.issue>

/** Who an issuer is, and the signed message that puts its DID on chain. */
export type IssuerService = Reply<typeof issuerRoutes.describe>

/** The routes of an issuer. Issuing and revoking are for its own staff. */
export type IssuerClient = {
  service(): Promise<IssuerService>
  /** @param key the same request under the same key gets the same status entry */
  issue(bundle: Uint8Array, holder: string, form: RecordForm, key?: string): Promise<Issued>
  /** How many people have records, by what they claim. */
  counts(): Promise<Reply<typeof issuerRoutes.counts>>
  revoke(statusIndex: number): Promise<void>
}

export function createIssuerClient(options: {
  url: string
  /** Absent for those who only ask who the issuer is. */
  operatorToken?: string
  fetch: Fetch
  now: () => number
}): IssuerClient {
  const { url, fetch, now } = options
  const issuer: Service = { name: 'issuer', url, fetch, now }
  const bearer = options.operatorToken ?? ''
  return {
    service: () => call(issuer, issuerRoutes.describe, {}),
    counts: () => call(issuer, issuerRoutes.counts, {}),
    issue: (body, holder, form, key) =>
      call(issuer, issuerRoutes.issue, {
        query: { holder, form, ...(key === undefined ? {} : { key }) },
        body,
        bearer,
      }),
    revoke: async (index) => {
      await call(issuer, issuerRoutes.revoke, { params: { index }, bearer })
    },
  }
}

/**
 * The status list of an epoch (seconds) as the URL in the issuer's DID document serves it; its
 * bytes are what is hashed and verified.
 */
export async function readStatusList(options: {
  url: string
  epochSec: number
  fetch: Fetch
  now: () => number
}): Promise<Uint8Array> {
  const { url, epochSec, fetch, now } = options
  const issuer: Service = { name: 'issuer', url, fetch, now }
  const at = `${url}?epoch=${epochSec}`
  return await callAt(issuer, issuerRoutes.statusList, at, { query: { epoch: epochSec } })
}
