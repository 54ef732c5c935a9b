import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Method, Service } from './DidAmbrosia.ts'

/**
 * The EIP-712 messages that change a did:ambrosia document, as `contracts/src/identity/libraries/DidHashes.sol` hashes them. A controller
 * signs, anyone relays. The domain is that of the contract DidRegistry, version "1".
 */

/** A document as a controller signs it. */
export type Document = {
  controller: Hex
  methods: readonly Method[]
  services: readonly Service[]
}

/** What a wallet signs. */
export type TypedData = {
  domain: { name: 'DidRegistry'; version: '1'; chainId: number; verifyingContract: Hex }
  types: Record<string, { name: string; type: string }[]>
  primaryType: string
  message: Record<string, unknown>
}

type Registry = { chainId: number; didRegistry: Hex }

const DOCUMENT_TYPES = {
  Document: [
    { name: 'controller', type: 'address' },
    { name: 'verificationMethods', type: 'VerificationMethod[]' },
    { name: 'services', type: 'Service[]' },
  ],
  Service: [
    { name: 'fragment', type: 'string' },
    { name: 'serviceType', type: 'string' },
    { name: 'endpoint', type: 'string' },
  ],
  VerificationMethod: [
    { name: 'fragment', type: 'string' },
    { name: 'purposes', type: 'uint16' },
    { name: 'multikey', type: 'bytes' },
  ],
}

/** The document as the contract takes it. */
export function toContractDocument(document: Document): {
  controller: Hex
  verificationMethods: { fragment: string; purposes: number; multikey: Hex }[]
  services: { fragment: string; serviceType: string; endpoint: string }[]
} {
  return {
    controller: document.controller,
    verificationMethods: document.methods.map(({ fragment, purposes, multikey }) => ({
      fragment,
      purposes,
      multikey: toHex(multikey),
    })),
    services: document.services.map(({ fragment, serviceType, endpoint }) => ({
      fragment,
      serviceType,
      endpoint,
    })),
  }
}

/** Creation by the first controller, from whom the id is derived. `deadline` in seconds. */
export function create(
  registry: Registry,
  message: { firstController: Hex; salt: Hex; document: Document; deadline: bigint },
): TypedData {
  const fields = [
    { name: 'firstController', type: 'address' },
    { name: 'salt', type: 'bytes32' },
    { name: 'document', type: 'Document' },
    { name: 'deadline', type: 'uint64' },
  ]
  const document = toContractDocument(message.document)
  return typedData(
    registry,
    'CreateDid',
    { ...DOCUMENT_TYPES, CreateDid: fields },
    { ...message, document },
  )
}

/** A change by the controller in force; `version` is the one that the change replaces, so nothing can be replayed. */
export function update(
  registry: Registry,
  message: { id: Hex; document: Document; version: number; deadline: bigint },
): TypedData {
  const fields = [
    { name: 'id', type: 'bytes20' },
    { name: 'document', type: 'Document' },
    { name: 'version', type: 'uint40' },
    { name: 'deadline', type: 'uint64' },
  ]
  const document = toContractDocument(message.document)
  return typedData(
    registry,
    'UpdateDid',
    { ...DOCUMENT_TYPES, UpdateDid: fields },
    { ...message, document },
  )
}

/** The end of a DID; nothing brings it back. */
export function deactivate(
  registry: Registry,
  message: { id: Hex; version: number; deadline: bigint },
): TypedData {
  const fields = [
    { name: 'id', type: 'bytes20' },
    { name: 'version', type: 'uint40' },
    { name: 'deadline', type: 'uint64' },
  ]
  return typedData(registry, 'DeactivateDid', { DeactivateDid: fields }, message)
}

function typedData(
  registry: Registry,
  primaryType: string,
  types: TypedData['types'],
  message: Record<string, unknown>,
): TypedData {
  return {
    domain: {
      name: 'DidRegistry',
      version: '1',
      chainId: registry.chainId,
      verifyingContract: registry.didRegistry,
    },
    types,
    primaryType,
    message,
  }
}
