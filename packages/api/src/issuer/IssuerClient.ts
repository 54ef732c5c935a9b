import type { IssuedRecord, RecordForm } from '@ambrosia/exchange/IssuedRecord'
import { type Fetch, request } from '../request.ts'

/** What an issuer answers to an issuance. */
export type Issued = {
  record: IssuedRecord
  claimCount: number
  digestCount: number
  statusIndex: number
  report?: { removed: number; kept: number }
}

/** Who an issuer is, and the signed message that puts its DID on chain. */
export type IssuerService = {
  did: string
  statusPeriodSec: number
  creation: {
    firstController: `0x${string}`
    salt: `0x${string}`
    document: {
      controller: `0x${string}`
      verificationMethods: { fragment: string; purposes: number; multikey: `0x${string}` }[]
      services: { fragment: string; serviceType: string; endpoint: string }[]
    }
    deadline: string
    signature: `0x${string}`
  }
}

/** The routes of an issuer for its own staff. */
export type IssuerClient = {
  service(): Promise<IssuerService>
  issue(bundle: Uint8Array, holder: string, form: RecordForm): Promise<Issued>
  revoke(statusIndex: number): Promise<void>
}

export function createIssuerClient(options: {
  url: string
  operatorToken: string
  fetch: Fetch
}): IssuerClient {
  const { url, fetch } = options
  const authorization = `Bearer ${options.operatorToken}`
  return {
    service: async () => {
      const response = await request(fetch, 'issuer', `${url}/v1/service`)
      return (await response.json()) as IssuerService
    },
    issue: async (bundle, holder, form) => {
      const query = new URLSearchParams({ holder, form })
      const response = await request(fetch, 'issuer', `${url}/v1/records?${query}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/fhir+json' },
        body: bundle as BodyInit,
      })
      return (await response.json()) as Issued
    },
    revoke: async (statusIndex) => {
      await request(fetch, 'issuer', `${url}/v1/status/1/${statusIndex}/revoke`, {
        method: 'POST',
        headers: { authorization },
      })
    },
  }
}
