import { hasCode } from '@ambrosia/primitives/Errors'
import type { Loader } from '../Contexts.ts'
import type { JsonObject } from '../DataModel.ts'
import type { Purpose } from '../DidAmbrosia.ts'
import { fromMultibase, type KeyType } from '../Keys.ts'
import { type DIDDocument, findMethod, type Resolvable, resolveDocument } from '../Resolver.ts'
import { IssuerDeactivatedError, IssuerUnresolvedError, KeyNotAuthorizedError } from './errors.ts'

const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1'

export type ResolvedKey = { didDocument: DIDDocument; method: JsonObject }

/**
 * Reads a key from the DID document of its controller, if that document has it for this purpose and
 * of this kind.
 * @throws Credential.IssuerUnresolved, Credential.IssuerDeactivated, Credential.KeyNotAuthorized
 */
export async function resolveKey(options: {
  resolver: Resolvable
  did: string
  methodId: string
  purpose: Purpose
  keyType: KeyType
}): Promise<ResolvedKey> {
  const { did, methodId } = options
  const didDocument = await resolveController(options.resolver, did)
  const found = findMethod(didDocument, methodId, options.purpose)
  if (found === undefined || found.controller !== did || found.type !== 'Multikey') {
    throw new KeyNotAuthorizedError()
  }
  const { publicKeyMultibase } = found
  if (keyTypeOf(publicKeyMultibase) !== options.keyType) throw new KeyNotAuthorizedError()
  const method = {
    '@context': MULTIKEY_CONTEXT,
    id: methodId,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase,
  }
  return { didDocument, method }
}

async function resolveController(resolver: Resolvable, did: string): Promise<DIDDocument> {
  try {
    return await resolveDocument(resolver, did)
  } catch (error) {
    if (hasCode(error, 'Resolver.Deactivated')) throw new IssuerDeactivatedError()
    if (hasCode(error, 'Resolver.NotResolved')) throw new IssuerUnresolvedError(error)
    throw error
  }
}

function keyTypeOf(publicKeyMultibase: string | undefined): KeyType | undefined {
  try {
    return fromMultibase(publicKeyMultibase ?? '').type
  } catch {
    return undefined
  }
}

/**
 * A loader that also answers for the key and its controller: nothing else is ever resolved while a
 * proof is verified.
 */
export function withKey(loader: Loader, { didDocument, method }: ResolvedKey): Loader {
  const documents = new Map<string, JsonObject>([
    [didDocument.id, didDocument as JsonObject],
    [method['id'] as string, method],
  ])
  return async (url) => {
    const document = documents.get(url)
    return document === undefined ? loader(url) : { contextUrl: null, documentUrl: url, document }
  }
}
