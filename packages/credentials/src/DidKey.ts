import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { DIDDocument } from 'did-resolver'
import { fromMultibase, type KeyType, type PublicKey, toMultibase } from './Keys.ts'

/**
 * did:key, the W3C CCG method: the identifier is the Multikey itself and the document follows from
 * it.
 */

const DID_CONTEXTS = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']
const SIGNING = [
  'authentication',
  'assertionMethod',
  'capabilityInvocation',
  'capabilityDelegation',
] as const

/** The did:key of a public key. @throws Keys.InvalidKey */
export function fromPublicKey(key: PublicKey): string {
  return `did:key:${toMultibase(key)}`
}

/** The public key of a did:key. @throws DidKey.Invalid */
export function toPublicKey(did: string): PublicKey {
  if (!did.startsWith('did:key:')) throw new InvalidError()
  try {
    return fromMultibase(did.slice('did:key:'.length))
  } catch (cause) {
    throw new InvalidError(cause)
  }
}

/** The id of the one verification method, `did:key:z...#z...`. */
export function toVerificationMethodId(did: string): string {
  return `${did}#${did.slice('did:key:'.length)}`
}

/**
 * The DID document of a did:key: keys that sign stand in every signing purpose, X25519 in
 * keyAgreement.
 * @throws DidKey.Invalid
 */
export function toDidDocument(did: string): DIDDocument {
  const key = toPublicKey(did)
  const id = toVerificationMethodId(did)
  const document: DIDDocument = {
    '@context': [...DID_CONTEXTS],
    id: did,
    verificationMethod: [
      {
        id,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: did.slice('did:key:'.length),
      },
    ],
  }
  for (const purpose of purposesOf(key.type)) document[purpose] = [id]
  return document
}

function purposesOf(type: KeyType): readonly ((typeof SIGNING)[number] | 'keyAgreement')[] {
  return type === 'X25519' ? ['keyAgreement'] : SIGNING
}

export class InvalidError extends AmbrosiaError {
  constructor(cause?: unknown) {
    super('DidKey.Invalid', 'not a did:key of a known kind of key', { cause })
  }
}
