import { entryOf } from './entryOf.ts'
import type { Issuer } from './Issuer.ts'
import type { Entry, Identity, Issued, IssueRequest } from './issuing/Issuing.ts'

/**
 * Issues a record of a Bundle to a holder, with a status entry and a handle of its own; the answer
 * comes as bytes.
 */
export async function issue(issuer: Issuer, request: IssueRequest): Promise<Issued> {
  const find = (identity: Identity): Promise<Entry> => entryOf(issuer, request, identity)
  const issued = await issuer.issuing.issue(request, issuer.now(), find)
  const { digestCount: digests, claimCount: claims } = issued
  issuer.log.info({ digests, claims, form: request.form }, 'a record was issued')
  return issued
}
