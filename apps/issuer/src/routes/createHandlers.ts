import type { issuerRoutes } from '@ambrosia/api/issuer/routes'
import { describe } from '@ambrosia/api/ServiceDescription'
import * as Keys from '@ambrosia/credentials/Keys'
import { LEAST_PEOPLE } from '@ambrosia/exchange/counts/Counts'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Handlers, PreparedJson } from '@ambrosia/service/addRoutes'
import type { Issuer } from '../Issuer.ts'
import { issue } from '../issue.ts'
import { signCreation } from '../signCreation.ts'

/** What the issuer does for each of its routes. */
export function createHandlers(issuer: Issuer): Handlers<typeof issuerRoutes> {
  const { keys, chainId, statusLists } = issuer
  return {
    describe: async () => ({
      ...describe('issuer', chainId, keys.controller.address),
      did: keys.did,
      statusPeriodSec: issuer.statusPeriodSec,
      creation: await signCreation(issuer),
    }),
    issue: async ({ body, query }) => {
      assertHolder(query.holder)
      const { holder, form, key } = query
      const { body: answer } = await issue(issuer, { bundle: body, holder, form, requestKey: key })
      return new PreparedJson(answer)
    },
    revoke: async ({ params }) => {
      await statusLists.revoke(params.index)
      return undefined
    },
    counts: async () => {
      const { publishedAtSec, people, facets } = await issuer.counts.published()
      return {
        leastPeople: LEAST_PEOPLE,
        publishedAtSec: publishedAtSec ?? 0,
        people,
        facets: [...facets],
      }
    },
    statusList: async ({ query }) => fromUtf8(await statusLists.published(query.epoch)),
  }
}

function assertHolder(holder: string): void {
  try {
    Keys.fromMultibase(holder.replace(/^did:key:/, ''))
  } catch {
    throw new InvalidHolderError()
  }
}

export class InvalidHolderError extends AmbrosiaError {
  constructor() {
    super('Issuer.InvalidHolder', 'holder is not the did:key of an Ed25519 key')
  }
}
