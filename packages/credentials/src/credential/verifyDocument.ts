import type { Cryptosuite as Suite } from '@digitalbazaar/data-integrity'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as vc from '@digitalbazaar/vc'
import type { Loader } from '../Contexts.ts'
import { assertCredential, issuerOf, type JsonObject, timeAt } from '../DataModel.ts'
import type { KeyType } from '../Keys.ts'
import type { Resolvable } from '../Resolver.ts'
import { ExpiredError, NotYetValidError, ProofInvalidError } from './errors.ts'
import { type Cryptosuite, readProof } from './proof.ts'
import { resolveKey, withKey } from './resolveKey.ts'
import { runWithLoader } from './runWithLoader.ts'

export type VerifyDocumentOptions = {
  document: JsonObject
  /** Name of the cryptosuite, which the proof must name too, and the kind of key it takes. */
  cryptosuite: Cryptosuite
  suite: Suite
  keyType: KeyType
  resolver: Resolvable
  loader: Loader
  nowMs: number
}

export type VerifiedDocument = { issuer: string; verificationMethod: string }

/**
 * Verifies a credential of any type: data model, validity, issuer's DID document, purpose and kind
 * of the key, and the proof itself; in this order, so that nothing costly is done for a document
 * that is refused anyway.
 */
export async function verifyDocument(options: VerifyDocumentOptions): Promise<VerifiedDocument> {
  const { document, cryptosuite, resolver, keyType, nowMs } = options
  assertCredential(document)
  assertValidity(document, nowMs)
  const purpose = 'assertionMethod'
  const { methodId } = readProof(document, { cryptosuite, purpose, nowMs })
  const issuer = issuerOf(document)
  const key = await resolveKey({ resolver, did: issuer, methodId, purpose, keyType })
  await runWithLoader(withKey(options.loader, key), async (documentLoader) => {
    const result = await vc.verifyCredential({
      credential: document,
      suite: new DataIntegrityProof({ cryptosuite: options.suite }),
      documentLoader,
      // The status is judged by the caller from a list fetched on schedule; see
      // StatusList.checkStatus.
      checkStatus: async () => ({ verified: true }),
      now: new Date(nowMs),
      // The window was checked above, to the millisecond; the library rounds to seconds.
      maxClockSkew: 1,
    })
    if (result.verified !== true) throw result.error ?? new ProofInvalidError()
  })
  return { issuer, verificationMethod: methodId }
}

/** @throws Credential.Expired, Credential.NotYetValid */
function assertValidity(document: JsonObject, nowMs: number): void {
  const from = timeAt(document, 'validFrom')
  const until = timeAt(document, 'validUntil')
  if (from !== undefined && nowMs < from)
    throw new NotYetValidError(document['validFrom'] as string)
  if (until !== undefined && nowMs >= until)
    throw new ExpiredError(document['validUntil'] as string)
}
