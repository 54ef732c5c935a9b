import type { Hex } from '@ambrosia/primitives/Bytes'
import { entryOf } from './entryOf.ts'
import type { Issuer } from './Issuer.ts'
import type { Entry, Identity, Issued, IssueRequest } from './issuing/Issuing.ts'

/**
 * Issues a record of a Bundle to a holder, with a status entry and a handle of its own; the answer
 * comes as bytes.
 */
export async function issue(issuer: Issuer, request: IssueRequest): Promise<Issued> {
  let personKey: Hex | undefined
  const find = (identity: Identity): Promise<Entry> => {
    personKey = identity.personKey
    return entryOf(issuer, request, identity)
  }
  const issued = await issuer.issuing.issue(request, issuer.now(), find)
  if (personKey !== undefined) await issuer.counts.add(personKey, issued.facets)
  const { digestCount: digests, claimCount: claims } = issued
  issuer.log.info({ digests, claims, form: request.form }, 'a record was issued')
  return issued
}
