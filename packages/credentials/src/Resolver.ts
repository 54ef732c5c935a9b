import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type DIDDocument,
  type DIDResolutionResult,
  Resolver as DidResolver,
  type ParsedDID,
  type VerificationMethod,
} from 'did-resolver'
import * as DidAmbrosia from './DidAmbrosia.ts'
import * as DidKey from './DidKey.ts'
import type { Resolvable } from './dereference.ts'

/**
 * Resolves did:key and did:ambrosia behind the interface of `did-resolver`; W3C DID Resolution 0.3.
 */

export type { DIDDocument, DIDResolutionResult } from 'did-resolver'
export { type Dereferenced, dereference, type Resolvable } from './dereference.ts'

/** Reads a document from the chain, as it stood at the end of a block when one is given. */
export type ReadDidAmbrosia = (
  chainId: bigint,
  id: `0x${string}`,
  atBlock?: bigint,
) => Promise<DidAmbrosia.OnChainDocument | undefined>

const CONTENT_TYPE = 'application/did+ld+json'
const ACCEPTED = new Set([CONTENT_TYPE, 'application/did+json'])

/**
 * A resolver of this network's two methods. Failures of the reader itself, such as an unreachable
 * chain, throw.
 */
export function createResolver(options: { readDidAmbrosia: ReadDidAmbrosia }): DidResolver {
  return new DidResolver({
    key: async (did, _parsed, _resolver, resolution) => resolveKey(did, resolution.accept),
    ambrosia: async (did, parsed, _resolver, resolution) =>
      resolveAmbrosia(options.readDidAmbrosia, did, parsed, resolution),
  })
}

function resolveKey(did: string, accept: string | undefined): DIDResolutionResult {
  if (isUnsupported(accept)) return failed('representationNotSupported')
  try {
    return resolved(DidKey.toDidDocument(did), accept, {})
  } catch {
    return failed('invalidDid')
  }
}

async function resolveAmbrosia(
  read: ReadDidAmbrosia,
  did: string,
  parsed: ParsedDID,
  options: { accept?: string; versionId?: unknown },
): Promise<DIDResolutionResult> {
  if (isUnsupported(options.accept)) return failed('representationNotSupported')
  let identifier: DidAmbrosia.Identifier
  try {
    identifier = DidAmbrosia.fromDid(did)
  } catch {
    return failed('invalidDid')
  }
  const version = options.versionId ?? queryOf(parsed, 'versionId')
  if (version !== undefined && !/^\d{1,19}$/.test(String(version))) return failed('invalidDidUrl')
  const atBlock = version === undefined ? undefined : BigInt(String(version))
  const { chainId, id } = identifier
  const found = await read(chainId, id, atBlock)
  if (found === undefined) return failed('notFound')
  let document: DIDDocument
  try {
    document = DidAmbrosia.toDidDocument({ ...found, id, chainId })
  } catch {
    // The contract does not look into keys; what is not a key makes the document unusable, not this
    // resolver.
    return failed('invalidDidDocument')
  }
  return resolved(document, options.accept, {
    versionId: String(found.versionId),
    ...(found.updatedAtSec === undefined ? {} : { updated: isoSeconds(found.updatedAtSec) }),
    ...(found.deactivated ? { deactivated: true } : {}),
  })
}

function queryOf(parsed: ParsedDID, name: string): string | undefined {
  return new URLSearchParams(parsed.query ?? '').get(name) ?? undefined
}

function isoSeconds(timeSec: bigint): string {
  return `${new Date(Number(timeSec) * 1000).toISOString().slice(0, 19)}Z`
}

function isUnsupported(accept: string | undefined): boolean {
  return accept !== undefined && accept !== '' && !ACCEPTED.has(accept)
}

function resolved(
  document: DIDDocument,
  accept: string | undefined,
  metadata: DIDResolutionResult['didDocumentMetadata'],
): DIDResolutionResult {
  const contentType = accept === undefined || accept === '' ? CONTENT_TYPE : accept
  // The context belongs to the JSON-LD representation alone (DID Core, section 6.2.1).
  const { '@context': _context, ...plain } = document
  return {
    didResolutionMetadata: { contentType },
    didDocument: contentType === CONTENT_TYPE ? document : plain,
    didDocumentMetadata: metadata,
  }
}

function failed(error: string): DIDResolutionResult {
  return { didResolutionMetadata: { error }, didDocument: null, didDocumentMetadata: {} }
}

/**
 * A resolved document, or an error that says which step of resolution failed.
 * @throws Resolver.NotResolved, Resolver.Deactivated
 */
export async function resolveDocument(resolver: Resolvable, did: string): Promise<DIDDocument> {
  const result = await resolver.resolve(did)
  if (result.didDocument === null) throw new NotResolvedError(result.didResolutionMetadata.error)
  if (result.didDocumentMetadata.deactivated === true) throw new DeactivatedError()
  // A resolver that answers for another DID would let its subject speak for this one.
  if (result.didDocument.id !== did) throw new NotResolvedError('invalidDid')
  return result.didDocument
}

/**
 * The verification method with this id if the document allows it for the purpose, else undefined.
 */
export function findMethod(
  document: DIDDocument,
  id: string,
  purpose: DidAmbrosia.Purpose,
): VerificationMethod | undefined {
  const isAllowed = (document[purpose] ?? []).some((entry) => entry === id)
  return isAllowed ? document.verificationMethod?.find((method) => method.id === id) : undefined
}

export class NotResolvedError extends AmbrosiaError {
  constructor(error: string | undefined) {
    super('Resolver.NotResolved', `the DID does not resolve: ${error ?? 'unknown'}`, {
      details: { error },
    })
  }
}

export class DeactivatedError extends AmbrosiaError {
  constructor() {
    super('Resolver.Deactivated', 'the DID was deactivated by its controller')
  }
}
