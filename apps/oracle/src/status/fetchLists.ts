import type { Fetch } from '@ambrosia/api/client/call'
import { readStatusList } from '@ambrosia/api/issuer/IssuerClient'
import type { Loader } from '@ambrosia/credentials/Contexts'
import { resolveDocument } from '@ambrosia/credentials/Resolver'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { OracleChain } from '../chain.ts'
import type { PublishedList } from '../enclave/Enclave.ts'
import { verifyList, WrongListError } from '../enclave/lists.ts'
import type { FetchLists } from './StatusSchedule.ts'

/**
 * Whoever opens a deal chooses its issuers: an oracle must not become their tool for many requests
 * to others.
 */
const MAXIMUM_LISTS = 8

/**
 * Gets the lists that an issuer's DID document names, as published at an epoch, and verifies them.
 * The URL is the issuer's word, so in production only https is followed, and nowhere a redirect.
 */
export function createFetchLists(options: {
  chain: OracleChain
  loader: Loader
  mode: 'development' | 'production'
  fetch: Fetch
  now: () => number
}): FetchLists {
  return async (issuer, epochSec) => {
    const document = await resolveDocument(options.chain.resolver, issuer)
    const services = (document.service ?? []).filter(
      (service) => service.type === 'BitstringStatusList',
    )
    if (services.length > MAXIMUM_LISTS) throw new WrongListError()
    const lists: PublishedList[] = []
    for (const service of services) {
      const url = String(service.serviceEndpoint)
      assertAllowed(url, options.mode)
      const { fetch, now } = options
      const bytes = await readStatusList({ url, epochSec, fetch, now })
      const published = { issuer, url, bytes }
      await verifyList(published, {
        epochSec,
        resolver: options.chain.resolver,
        loader: options.loader,
      })
      lists.push(published)
    }
    if (lists.length === 0) throw new NoListError()
    return lists
  }
}

function assertAllowed(url: string, mode: 'development' | 'production'): void {
  const { protocol } = new URL(url)
  if (protocol !== 'https:' && !(mode === 'development' && protocol === 'http:'))
    throw new WrongListError()
}

export class NoListError extends AmbrosiaError {
  constructor() {
    super('Status.NoList', 'the issuer publishes no status list at this epoch')
  }
}
