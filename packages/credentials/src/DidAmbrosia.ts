import type { Hex } from '@ambrosia/primitives/Bytes'
import { concat, fromHex, fromUint, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { DIDDocument } from 'did-resolver'
import { fromMulticodec, toMultibase } from './Keys.ts'

/**
 * The DID method `did:ambrosia:<chain id>:<40 hex>` over the contract DidRegistry. The identifier is the last 20 bytes
 * of Keccak-256 over the first controller and a salt, so nobody else can take it, also not from the mempool.
 * The contract keeps keys as Multikey bytes with their purposes; the version of a document is the number of the block
 * that last changed it.
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
const FRAGMENT = /^[A-Za-z0-9._-]{1,64}$/
const DID_CONTEXTS = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']

/** EIP-712 types of the messages that change a document; the domain is that of the contract DidRegistry. */
export const EIP712_TYPES = {
  Create: [
    { name: 'controller', type: 'address' },
    { name: 'salt', type: 'bytes32' },
    { name: 'documentHash', type: 'bytes32' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

/** The registry's identifier of a first controller and salt, 20 bytes as hex. @throws DidAmbrosia.Invalid */
export function idOf(controller: string, salt: Uint8Array): Hex {
  const account = fromHex(controller)
  if (account.length !== 20 || salt.length !== 32) throw new InvalidError()
  // abi.encode(address, bytes32): the address is padded to a word on the left.
  return toHex(keccak256(concat(new Uint8Array(12), account, salt)).subarray(12))
}

/** The DID of an identifier on a chain. */
export function toDid(chainId: number | bigint, id: string): string {
  return `did:ambrosia:${BigInt(chainId)}:${toHex(fromHex(id)).slice(2)}`
}

/** Reads a DID; only the one spelling in lower case is valid. @throws DidAmbrosia.Invalid */
export function fromDid(did: string): Identifier {
  const match = DID.exec(did)
  if (match === null) throw new InvalidError()
  const chainId = BigInt(match[1] as string)
  fromUint(chainId, 8)
  return { chainId, id: `0x${match[2]}` }
}

/** The DID document of what stands on chain. Deactivated ones are empty but for their id (DID Core, section 8.2). */
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
  if (!FRAGMENT.test(fragment)) throw new InvalidFragmentError(fragment.length)
  return `${did}#${fragment}`
}

export class InvalidError extends AmbrosiaError {
  constructor() {
    super('DidAmbrosia.Invalid', 'expected did:ambrosia:<chain id>:<40 lower-case hex digits>')
  }
}

export class InvalidFragmentError extends AmbrosiaError {
  constructor(length: number) {
    super('DidAmbrosia.InvalidFragment', `a fragment of ${length} characters`, {
      hint: 'Use 1 to 64 letters, digits, dots, underscores and hyphens.',
    })
  }
}
