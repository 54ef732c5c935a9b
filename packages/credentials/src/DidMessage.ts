import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import {
  EIP712_TYPES,
  type Method,
  type OnChainDocument,
  type Service,
  toContractDocument,
} from './DidAmbrosia.ts'

/**
 * The EIP-712 messages that change a did:ambrosia document, as
 * `contracts/src/identity/libraries/DidHashes.sol` hashes them. A controller signs, anyone relays.
 * The domain is that of the contract DidRegistry, version "1".
 */
export { type ContractDocument, toContractDocument } from './DidAmbrosia.ts'

/** A document as a controller signs it. */
export type Document = {
  controller: Hex
  methods: readonly Method[]
  services: readonly Service[]
}

/** What a wallet signs. */
export type TypedData = {
  domain: { name: 'DidRegistry'; version: '1'; chainId: number; verifyingContract: Hex }
  types: Record<string, readonly { name: string; type: string }[]>
  primaryType: string
  message: Record<string, unknown>
}

type Registry = { chainId: number; didRegistry: Hex }

const { CreateDid, UpdateDid, DeactivateDid, ...DOCUMENT_TYPES } = EIP712_TYPES

/**
 * Creation by the first controller, from whom the id is derived. `deadline` in seconds.
 * @throws DidAmbrosia.InvalidDocument
 */
export function create(
  registry: Registry,
  message: { firstController: Hex; salt: Hex; document: Document; deadline: bigint },
): TypedData {
  const document = toContractDocument(message.document)
  const types = { ...DOCUMENT_TYPES, CreateDid }
  return typedData(registry, 'CreateDid', types, { ...message, document })
}

/**
 * A change by the controller in force; `version` is the one that the change replaces, so nothing
 * can be replayed.
 * @throws DidAmbrosia.InvalidDocument
 */
export function update(
  registry: Registry,
  message: { id: Hex; document: Document; version: number; deadline: bigint },
): TypedData {
  const document = toContractDocument(message.document)
  const types = { ...DOCUMENT_TYPES, UpdateDid }
  return typedData(registry, 'UpdateDid', types, { ...message, document })
}

/** The end of a DID; nothing brings it back. */
export function deactivate(
  registry: Registry,
  message: { id: Hex; version: number; deadline: bigint },
): TypedData {
  return typedData(registry, 'DeactivateDid', { DeactivateDid }, message)
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

/** A version of a document as the contract's event tells it. */
export type ContractVersion = {
  controller: Hex
  verificationMethods: readonly { fragment: string; purposes: number; multikey: Hex }[]
  services: readonly Service[]
  versionBlock: bigint
  deactivated: boolean
}

/** The document that the resolver reads, of a version that the contract told. */
export function fromContractVersion(version: ContractVersion): OnChainDocument {
  return {
    controller: version.controller,
    methods: version.verificationMethods.map((method) => ({
      ...method,
      multikey: fromHex(method.multikey),
    })),
    services: version.services,
    versionId: version.versionBlock,
    deactivated: version.deactivated,
  }
}
