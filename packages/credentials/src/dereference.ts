import type { DIDDocument, DIDResolutionResult } from 'did-resolver'
import { parse } from 'did-resolver'

/** Anything that resolves DIDs, such as `createResolver`'s result. */
export type Resolvable = {
  resolve(didUrl: string, options?: Record<string, unknown>): Promise<DIDResolutionResult>
}

/**
 * What DID URL dereferencing gives (DID Core 1.0, section 7.2). `content` is null when it failed.
 */
export type Dereferenced = {
  dereferencingMetadata: { contentType?: string; error?: string }
  content: DIDDocument | Record<string, unknown> | null
  contentMetadata: DIDResolutionResult['didDocumentMetadata']
}

/**
 * Dereferences a DID URL: the document, or by its fragment the verification method or service in
 * it.
 */
export async function dereference(
  resolver: Resolvable,
  didUrl: string,
  options: { accept?: string } = {},
): Promise<Dereferenced> {
  const parsed = parse(didUrl)
  if (parsed === null) return failed('invalidDidUrl')
  const resolved = await resolver.resolve(didUrl.split('#')[0] as string, options)
  const { didDocument, didDocumentMetadata, didResolutionMetadata } = resolved
  if (didDocument === null) {
    const { error } = didResolutionMetadata
    return failed(error === undefined || error === 'invalidDid' ? 'invalidDidUrl' : error)
  }
  const { contentType } = didResolutionMetadata
  const dereferencingMetadata = contentType === undefined ? {} : { contentType }
  // A path leads to a resource of the method's own, of which these methods have none.
  if (parsed.path !== undefined) return failed('notFound')
  if (parsed.fragment === undefined) {
    return { dereferencingMetadata, content: didDocument, contentMetadata: didDocumentMetadata }
  }
  const id = `${parsed.did}#${parsed.fragment}`
  const parts = [...(didDocument.verificationMethod ?? []), ...(didDocument.service ?? [])]
  const part = parts.find((one) => one.id === id)
  if (part === undefined) return failed('notFound')
  const content = contextual(didDocument, part, contentType)
  return { dereferencingMetadata, content, contentMetadata: {} }
}

/** As JSON-LD a part needs the context of its document to mean the same alone. */
function contextual(
  document: DIDDocument,
  part: object,
  contentType: string | undefined,
): Record<string, unknown> {
  const context = document['@context']
  const isPlain = contentType === 'application/did+json' || context === undefined
  return isPlain ? { ...part } : { '@context': context, ...part }
}

function failed(error: string): Dereferenced {
  return { dereferencingMetadata: { error }, content: null, contentMetadata: {} }
}
