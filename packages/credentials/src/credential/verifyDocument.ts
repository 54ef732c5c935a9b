import { hasCode } from '@ambrosia/primitives/Errors'
import type { Cryptosuite } from '@digitalbazaar/data-integrity'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as vc from '@digitalbazaar/vc'
import type { Loader } from '../Contexts.ts'
import { assertCredential, issuerOf, type JsonObject, timeAt } from '../DataModel.ts'
import { fromMultibase, type KeyType } from '../Keys.ts'
import { type DIDDocument, findMethod, type Resolvable, resolveDocument } from '../Resolver.ts'
import {
  ExpiredError,
  IssuerDeactivatedError,
  IssuerUnresolvedError,
  KeyNotAuthorizedError,
  MalformedError,
  NotYetValidError,
  ProofInvalidError,
} from './errors.ts'
import { runWithLoader } from './runWithLoader.ts'

const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1'
const PROOF_MEMBERS = new Set([
  'id',
  'type',
  'cryptosuite',
  'created',
  'expires',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
])

export type VerifyDocumentOptions = {
  document: JsonObject
  /** Name of the cryptosuite, which the proof must name too, and the kind of key it takes. */
  cryptosuite: 'bbs-2023' | 'eddsa-rdfc-2022'
  suite: Cryptosuite
  keyType: KeyType
  resolver: Resolvable
  loader: Loader
  nowMs: number
}

export type VerifiedDocument = { issuer: string; verificationMethod: string }

/**
 * Verifies a credential of any type: data model, validity, issuer's DID document, purpose and kind of the key, and the
 * proof itself; in this order, so that nothing costly is done for a document that is refused anyway.
 */
export async function verifyDocument(options: VerifyDocumentOptions): Promise<VerifiedDocument> {
  const { document, nowMs } = options
  assertCredential(document)
  assertValidity(document, nowMs)
  const proof = assertProof(document, options.cryptosuite)
  const issuer = issuerOf(document)
  const method = proof['verificationMethod'] as string
  const didDocument = await resolveIssuer(options.resolver, issuer)
  const key = authorizedKey(didDocument, issuer, method, options.keyType)
  const documents = new Map<string, JsonObject>([
    [issuer, didDocument as JsonObject],
    [method, key],
  ])
  const loader: Loader = async (url) => {
    const known = documents.get(url)
    return known === undefined
      ? options.loader(url)
      : { contextUrl: null, documentUrl: url, document: known }
  }
  await runWithLoader(loader, async (documentLoader) => {
    const result = await vc.verifyCredential({
      credential: document,
      suite: new DataIntegrityProof({ cryptosuite: options.suite }),
      documentLoader,
      // The status is judged by the caller from a list that he fetched on schedule; see StatusList.checkStatus.
      checkStatus: async () => ({ verified: true }),
      now: new Date(nowMs),
      // The window was checked above, to the millisecond; the library rounds to seconds.
      maxClockSkew: 1,
    })
    if (result.verified !== true) throw result.error ?? new ProofInvalidError()
  })
  return { issuer, verificationMethod: method }
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

/** Exactly one proof, of this cryptosuite, for assertions, with nothing in it that the suite does not read. */
function assertProof(document: JsonObject, cryptosuite: string): JsonObject {
  const proof = document['proof']
  if (typeof proof !== 'object' || proof === null || Array.isArray(proof)) {
    throw new MalformedError('/proof', 'must be exactly one proof')
  }
  const members = proof as JsonObject
  for (const [key, value] of Object.entries(members)) {
    if (!PROOF_MEMBERS.has(key)) throw new MalformedError('/proof', 'has an unknown member')
    if (typeof value !== 'string') throw new MalformedError(`/proof/${key}`, 'must be a text')
  }
  if (members['type'] !== 'DataIntegrityProof' || members['cryptosuite'] !== cryptosuite) {
    throw new ProofInvalidError(`the proof is not of the cryptosuite ${cryptosuite}`)
  }
  if (members['proofPurpose'] !== 'assertionMethod') {
    throw new ProofInvalidError('the proof was not made for an assertion')
  }
  if (members['verificationMethod'] === undefined || members['proofValue'] === undefined) {
    throw new MalformedError('/proof', 'names no key or has no value')
  }
  return members
}

async function resolveIssuer(resolver: Resolvable, issuer: string): Promise<DIDDocument> {
  try {
    return await resolveDocument(resolver, issuer)
  } catch (error) {
    if (hasCode(error, 'Resolver.Deactivated')) throw new IssuerDeactivatedError()
    if (hasCode(error, 'Resolver.NotResolved')) throw new IssuerUnresolvedError(error)
    throw error
  }
}

function authorizedKey(
  didDocument: DIDDocument,
  issuer: string,
  method: string,
  keyType: KeyType,
): JsonObject {
  const found = findMethod(didDocument, method, 'assertionMethod')
  if (found === undefined || found.controller !== issuer || found.type !== 'Multikey') {
    throw new KeyNotAuthorizedError()
  }
  const { publicKeyMultibase } = found
  try {
    if (fromMultibase(publicKeyMultibase ?? '').type !== keyType) throw new KeyNotAuthorizedError()
  } catch {
    throw new KeyNotAuthorizedError()
  }
  return {
    '@context': MULTIKEY_CONTEXT,
    id: method,
    type: 'Multikey',
    controller: issuer,
    publicKeyMultibase,
  }
}
