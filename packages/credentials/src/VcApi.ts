import type { Loader } from './Contexts.ts'
import type { BbsIssuerKey, EddsaIssuerKey } from './Credential.ts'
import type { Resolvable } from './Resolver.ts'
import type { Entry, Purpose, VerifiedList } from './StatusList.ts'
import { deriveCredential } from './vcApi/deriveCredential.ts'
import { issueCredential } from './vcApi/issueCredential.ts'
import { type Answer, answer } from './vcApi/problem.ts'
import { updateStatus } from './vcApi/updateStatus.ts'
import { verifyCredential } from './vcApi/verifyCredential.ts'
import { verifyPresentation } from './vcApi/verifyPresentation.ts'

/**
 * The W3C VC-API as pure handlers: request body in, status and body out. A service mounts {@link routes} under a base
 * for each cryptosuite, such as `/vc/bbs-2023`.
 */
export type { Answer, Problem } from './vcApi/problem.ts'

/** What the handlers of one base work with. */
export type Context = {
  /** DID that is written as the issuer into what is issued. */
  issuer: string
  signing:
    | { cryptosuite: 'bbs-2023'; key: BbsIssuerKey }
    | { cryptosuite: 'eddsa-rdfc-2022'; key: EddsaIssuerKey }
  loader: Loader
  resolver: Resolvable
  now: () => number
  /** Status lists, where this issuer keeps them; without it a request for a status is refused. */
  status?: StatusBook | undefined
}

export type StatusBook = {
  /** Takes an index for a credential about to be issued. */
  allocate(purpose: Purpose, credentialId: string | undefined): Promise<Entry>
  /** Sets or clears the status of a credential issued here; false when it is unknown. */
  update(credentialId: string, purpose: Purpose, isSet: boolean): Promise<boolean>
  /** A list by its URL, verified; undefined when it cannot be had. */
  read(url: string): Promise<VerifiedList | undefined>
}

export type Route = {
  method: 'POST'
  path: string
  handle: (body: unknown) => Promise<Answer>
}

/** Largest request body that is worth reading, bytes. */
export const BODY_SIZE_BYTES = 4 * 1024 * 1024

/** The routes of one base. Failures that are no refusals, such as an unreachable chain, are thrown. */
export function routes(context: Context): Route[] {
  const route = (
    path: string,
    handler: (context: Context, body: unknown) => Promise<Answer>,
  ): Route => ({
    method: 'POST',
    path,
    handle: (body) => answer(() => handler(context, body)),
  })
  return [
    route('/credentials/issue', issueCredential),
    route('/credentials/verify', verifyCredential),
    route('/credentials/status', updateStatus),
    route('/credentials/derive', deriveCredential),
    route('/presentations/verify', verifyPresentation),
  ]
}
