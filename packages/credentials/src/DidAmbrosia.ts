import { concat, fromHex, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { DIDDocument } from 'did-resolver'
import { fromMulticodec, toMultibase } from './Keys.ts'

/**
 * The DID method `did:ambrosia:<chain id>:<40 hex>` over the contract DidRegistry. The identifier
 * is the last 20 bytes of Keccak-256 over the first controller and a salt, so nobody else can take
 * it, also not from the mempool. The contract keeps keys as Multikey bytes with their purposes; the
 * version of a document is the number of the block that last changed it.
 */

/** Purposes of a key, as bits on chain. */
export const PURPOSES = {
  authentication: 1,
  assertionMethod: 2,
  keyAgreement: 4,
  capabilityInvocation: 8,
  capabilityDelegation: 16,
} as const

export type Purpose = keyof typeof PURPOSES

/** All purposes together; other bits are refused. */
export const PURPOSE_MASK = 31

export type Method = { fragment: string; purposes: number; multikey: Uint8Array }

export type Service = { fragment: string; serviceType: string; endpoint: string }

/** A document as the registry keeps it. */
export type OnChainDocument = {
  /** Account that may change the document, 0x and 40 hex digits. */
  controller: string
  methods: readonly Method[]
  services: readonly Service[]
  /** Block of the last change. */
  versionId: bigint
  /** Block of the first version, when the reader knows it. */
  createdBlock?: bigint | undefined
  /** Time of the last change, seconds, when the reader knows it. */
  updatedAtSec?: bigint | undefined
  deactivated: boolean
}

/** The parts of an identifier. */
export type Identifier = { chainId: bigint; id: Hex }

const DID = /^did:ambrosia:(0|[1-9]\d{0,19}):([0-9a-f]{40})$/
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/
const FRAGMENT = /^[A-Za-z0-9._-]{1,64}$/
const DID_CONTEXTS = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']

/**
 * EIP-712 types of the signed changes, as contracts/src/identity/libraries/DidHashes.sol hashes them. The domain is
 * {name: "DidRegistry", version: "1", chainId, verifyingContract}. `version` is the version that the change answers.
 */
export const EIP712_TYPES = {
  CreateDid: [
    { name: 'firstController', type: 'address' },
    { name: 'salt', type: 'bytes32' },
    { name: 'document', type: 'Document' },
    { name: 'deadline', type: 'uint64' },
  ],
  UpdateDid: [
    { name: 'id', type: 'bytes20' },
    { name: 'document', type: 'Document' },
    { name: 'version', type: 'uint40' },
    { name: 'deadline', type: 'uint64' },
  ],
  DeactivateDid: [
    { name: 'id', type: 'bytes20' },
    { name: 'version', type: 'uint40' },
    { name: 'deadline', type: 'uint64' },
  ],
  Document: [
    { name: 'controller', type: 'address' },
    { name: 'verificationMethods', type: 'VerificationMethod[]' },
    { name: 'services', type: 'Service[]' },
  ],
  VerificationMethod: [
    { name: 'fragment', type: 'string' },
    { name: 'purposes', type: 'uint16' },
    { name: 'multikey', type: 'bytes' },
  ],
  Service: [
    { name: 'fragment', type: 'string' },
    { name: 'serviceType', type: 'string' },
    { name: 'endpoint', type: 'string' },
  ],
} as const

/** Limits of a document; the contract refuses what is beyond them. */
export const LIMITS = {
  methodCount: 16,
  serviceCount: 16,
  fragmentSize: 64,
  serviceTypeSize: 64,
  endpointSize: 512,
} as const

/** A document as the contract and its EIP-712 messages take it. */
export type ContractDocument = {
  controller: Hex
  verificationMethods: { fragment: string; purposes: number; multikey: Hex }[]
  services: Service[]
}

/**
 * The contract's form of a document, after the checks that the contract makes and one that it does not: that every
 * multikey is a key. @throws DidAmbrosia.InvalidDocument
 */
export function toContractDocument(document: {
  controller: string
  methods: readonly Method[]
  services: readonly Service[]
}): ContractDocument {
  assertDocument(document)
  return {
    controller: toHex(fromHex(document.controller)),
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

function assertDocument(document: {
  controller: string
  methods: readonly Method[]
  services: readonly Service[]
}): void {
  const { controller, methods, services } = document
  if (!/^0x[0-9a-fA-F]{40}$/.test(controller) || /^0x0{40}$/.test(controller)) {
    throw new InvalidDocumentError('controller is not an account')
  }
  if (methods.length > LIMITS.methodCount) throw new InvalidDocumentError('has too many methods')
  if (services.length > LIMITS.serviceCount) throw new InvalidDocumentError('has too many services')
  for (const { purposes, multikey } of methods) {
    const isKnown = Number.isInteger(purposes) && purposes > 0 && purposes <= PURPOSE_MASK
    if (!isKnown) throw new InvalidDocumentError('has a method without a known purpose')
    assertKey(multikey)
  }
  for (const { serviceType, endpoint } of services) {
    assertSize(serviceType, LIMITS.serviceTypeSize, 'service type')
    assertSize(endpoint, LIMITS.endpointSize, 'endpoint')
    // DID Core, section 5.4; the contract takes any text.
    if (!URI.test(endpoint)) throw new InvalidDocumentError('has an endpoint that is not a URI')
  }
  const fragments = [...methods, ...services].map((part) => part.fragment)
  if (!fragments.every((fragment) => FRAGMENT.test(fragment))) {
    throw new InvalidDocumentError('has a fragment of other characters than A-Z a-z 0-9 . _ -')
  }
  if (new Set(fragments).size !== fragments.length) {
    throw new InvalidDocumentError('has a fragment twice')
  }
}

function assertKey(multikey: Uint8Array): void {
  try {
    fromMulticodec(multikey)
  } catch {
    throw new InvalidDocumentError('has a method whose multikey is not a key')
  }
}

function assertSize(text: string, limit: number, what: string): void {
  const { length } = fromUtf8(text)
  if (length === 0 || length > limit) {
    throw new InvalidDocumentError(`has a ${what} of ${length} bytes; 1 to ${limit} are allowed`)
  }
}

/** The registry's identifier of a first controller and salt, 20 bytes as hex. @throws DidAmbrosia.Invalid */
export function idOf(controller: string, salt: Uint8Array): Hex {
  const account = fromHex(controller)
  if (account.length !== 20 || salt.length !== 32) throw new InvalidError()
  // abi.encode(address, bytes32): the address is padded to a word on the left.
  return toHex(keccak256(concat(new Uint8Array(12), account, salt)).subarray(12))
}

/** The DID of an identifier on a chain. @throws DidAmbrosia.Invalid */
export function toDid(chainId: number | bigint, id: string): string {
  const did = `did:ambrosia:${BigInt(chainId)}:${toHex(fromHex(id)).slice(2)}`
  fromDid(did)
  return did
}

/** Reads a DID; only the one spelling in lower case is valid. @throws DidAmbrosia.Invalid */
export function fromDid(did: string): Identifier {
  const match = DID.exec(did)
  if (match === null) throw new InvalidError()
  const chainId = BigInt(match[1] as string)
  if (chainId >= 2n ** 64n) throw new InvalidError()
  return { chainId, id: `0x${match[2]}` }
}

/**
 * The DID document of what stands on chain. A deactivated one is empty but for its id.
 * @throws DidAmbrosia.InvalidDocument
 */
export function toDidDocument(options: {
  id: string
  chainId: number | bigint
  controller: string
  methods: readonly Method[]
  services: readonly Service[]
  deactivated: boolean
}): DIDDocument {
  const did = toDid(options.chainId, options.id)
  const document: DIDDocument = { '@context': [...DID_CONTEXTS], id: did }
  if (options.deactivated) return document
  assertDocument(options)
  const methods = options.methods.map((method) => ({ ...method, url: urlOf(did, method.fragment) }))
  if (methods.length > 0) {
    document.verificationMethod = methods.map(({ url, multikey }) => ({
      id: url,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: toMultibase(fromMulticodec(multikey)),
    }))
  }
  for (const purpose of Object.keys(PURPOSES) as Purpose[]) {
    const urls = methods.filter((one) => (one.purposes & PURPOSES[purpose]) !== 0)
    if (urls.length > 0) document[purpose] = urls.map(({ url }) => url)
  }
  if (options.services.length > 0) {
    document.service = options.services.map((service) => ({
      id: urlOf(did, service.fragment),
      type: service.serviceType,
      serviceEndpoint: service.endpoint,
    }))
  }
  return document
}

function urlOf(did: string, fragment: string): string {
  return `${did}#${fragment}`
}

export class InvalidError extends AmbrosiaError {
  constructor() {
    super('DidAmbrosia.Invalid', 'expected did:ambrosia:<chain id>:<40 lower-case hex digits>')
  }
}

export class InvalidDocumentError extends AmbrosiaError {
  constructor(what: string) {
    super('DidAmbrosia.InvalidDocument', `the DID document ${what}`)
  }
}
