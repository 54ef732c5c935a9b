import type { Context } from './vcApi/context.ts'
import { deriveCredential } from './vcApi/deriveCredential.ts'
import { issueCredential } from './vcApi/issueCredential.ts'
import { type Answer, answer } from './vcApi/problem.ts'
import { updateStatus } from './vcApi/updateStatus.ts'
import { verifyCredential } from './vcApi/verifyCredential.ts'
import { verifyPresentation } from './vcApi/verifyPresentation.ts'

/**
 * The W3C VC-API as pure handlers: request body in, status and body out. A service mounts
 * {@link routes} under a base for each cryptosuite, such as `/vc/bbs-2023`.
 */
export type { Context, StatusBook } from './vcApi/context.ts'
export type { Answer, Problem } from './vcApi/problem.ts'

export type Route = {
  method: 'POST'
  path: string
  handle: (body: unknown) => Promise<Answer>
}

/** Largest request body that is worth reading, bytes. */
export const BODY_SIZE_BYTES = 4 * 1024 * 1024

/**
 * The routes of one base. Failures that are not refusals, such as an unreachable chain, are thrown.
 */
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
