import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { recoverAddress } from '@ambrosia/primitives/Recovery'
import { type Address, getAddress, hashTypedData, isAddress, isAddressEqual } from 'viem'

/** The EIP-712 domain of a contract of the exchange: name is the contract's, version "1". */
export type Domain = {
  readonly name: string
  readonly version: '1'
  readonly chainId: number
  readonly verifyingContract: Address
}

/** The domain under which certificates, consents, receipts, submissions and releases are signed. */
export function dealBookDomain(chainId: number, dealBook: Address): Domain {
  return { name: 'DealBook', version: '1', chainId, verifyingContract: dealBook }
}

/** Solidity types used in the messages, and what they are in TypeScript. */
type FieldTypes = {
  bytes32: Hex
  address: Address
  'address[]': Address[]
  uint16: number
  uint64: bigint
  uint256: bigint
  bool: boolean
}
export type Fields = readonly (readonly [name: string, type: keyof FieldTypes])[]
export type MessageOf<F extends Fields> = {
  -readonly [Entry in F[number] as Entry[0]]: FieldTypes[Entry[1]]
}

/** A message as plain JSON. */
type JsonOf<M> = {
  [Name in keyof M]: M[Name] extends readonly unknown[]
    ? string[]
    : M[Name] extends number | boolean
      ? M[Name]
      : string
}

/** Everything one EIP-712 message type needs; see docs/protocol/exchange.md, section 4. */
export type MessageType<M> = {
  readonly primaryType: string
  /** The type string, as Solidity hashes it. */
  readonly typeString: string
  /** JSON Schema of the message as JSON: what {@link toJson} writes and {@link fromJson} reads. */
  readonly schema: MessageSchema
  /** The EIP-712 digest, domain included, 0x-hex of 32 bytes. */
  hash(message: M, domain: Domain): Hex
  /** What a wallet is asked to sign. */
  toTypedData(message: M, domain: Domain): TypedData
  /**
   * True when the account signed this message under this domain; malformed signatures are false.
   */
  verify(message: M, domain: Domain, signer: Address, signature: Hex): Promise<boolean>
  /** The account that signed. @throws where the signature is malformed */
  recover(message: M, domain: Domain, signature: Hex): Promise<Address>
  /** Plain JSON: integers of 64 bits and more become decimal strings. */
  toJson(message: M): JsonOf<M>
  /**
   * The message of plain JSON; every field must be there and of its type, and no other.
   * @throws Message.Malformed
   */
  fromJson(json: unknown): M
}

export type MessageSchema = {
  readonly type: 'object'
  readonly required: readonly string[]
  readonly additionalProperties: false
  readonly properties: Readonly<Record<string, object>>
}

export type TypedData = {
  domain: Domain
  types: Record<string, { name: string; type: string }[]>
  primaryType: string
  message: Record<string, unknown>
}

/** Defines a message type from its name and its fields in their order. */
export function defineMessage<const F extends Fields>(
  primaryType: string,
  fields: F,
): MessageType<MessageOf<F>> {
  type M = MessageOf<F>
  const types = { [primaryType]: fields.map(([name, type]) => ({ name, type })) }
  const toTypedData = (message: M, domain: Domain): TypedData => ({
    domain,
    types,
    primaryType,
    message: message as Record<string, unknown>,
  })
  const hash = (message: M, domain: Domain): Hex => hashTypedData(toTypedData(message, domain))
  const recover = (message: M, domain: Domain, signature: Hex): Hex =>
    recoverAddress(fromHex(hash(message, domain)), fromHex(signature))
  return {
    primaryType,
    schema: {
      type: 'object',
      required: fields.map(([name]) => name),
      additionalProperties: false,
      properties: Object.fromEntries(fields.map(([name, type]) => [name, SCHEMAS[type]])),
    },
    typeString: `${primaryType}(${fields.map(([name, type]) => `${type} ${name}`).join(',')})`,
    hash,
    toTypedData,
    recover: async (message, domain, signature) => getAddress(recover(message, domain, signature)),
    verify: async (message, domain, signer, signature) => {
      try {
        return isCanonical(signature) && isAddressEqual(recover(message, domain, signature), signer)
      } catch {
        return false
      }
    },
    toJson: (message) =>
      Object.fromEntries(
        fields.map(([name]) => {
          const value = (message as Record<string, unknown>)[name]
          return [name, typeof value === 'bigint' ? value.toString() : value]
        }),
      ) as JsonOf<M>,
    fromJson: (json) => fieldsFromJson(primaryType, fields, json) as M,
  }
}

/**
 * The lower half of the secp256k1 order: a signature above it is a second form of the same one
 * (EIP-2).
 */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

function isCanonical(signature: Hex): boolean {
  return (
    /^0x[0-9a-f]{130}$/i.test(signature) && BigInt(`0x${signature.slice(66, 130)}`) <= HALF_ORDER
  )
}

type Scalar = Exclude<keyof FieldTypes, 'address[]'>
const PATTERNS: Record<Scalar, RegExp> = {
  bytes32: /^0x[0-9a-f]{64}$/,
  address: /^0x[0-9a-fA-F]{40}$/,
  uint16: /^\d{1,5}$/,
  uint64: /^(?:0|[1-9]\d{0,19})$/,
  uint256: /^(?:0|[1-9]\d{0,77})$/,
  bool: /^(?:true|false)$/,
}
/** Most members of a list in a message. */
const LIST_COUNT = 16
/**
 * JSON Schema of a field; that an integer has no more bits than its type is for
 * {@link fieldsFromJson}.
 */
const SCHEMAS: Record<keyof FieldTypes, object> = {
  bytes32: { type: 'string', pattern: PATTERNS.bytes32.source },
  address: { type: 'string', pattern: PATTERNS.address.source },
  'address[]': {
    type: 'array',
    minItems: 1,
    maxItems: LIST_COUNT,
    items: { type: 'string', pattern: PATTERNS.address.source },
  },
  uint16: { type: 'integer', minimum: 0, maximum: 65535 },
  uint64: { type: 'string', pattern: PATTERNS.uint64.source },
  uint256: { type: 'string', pattern: PATTERNS.uint256.source },
  bool: { type: 'boolean' },
}
const BITS: Partial<Record<keyof FieldTypes, bigint>> = { uint16: 16n, uint64: 64n, uint256: 256n }

/**
 * An address in mixed case carries a checksum (ERC-55), and what compares and hashes addresses
 * later throws at a wrong one: such an address is refused here.
 */
function fieldsFromJson(
  primaryType: string,
  fields: Fields,
  json: unknown,
): Record<string, unknown> {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new MalformedError(primaryType, 'it is not an object')
  }
  const source = json as Record<string, unknown>
  for (const key of Object.keys(source)) {
    if (!fields.some(([name]) => name === key))
      throw new MalformedError(primaryType, 'it has an unknown field')
  }
  const message: Record<string, unknown> = {}
  for (const [name, type] of fields) {
    const value = source[name]
    if (type === 'address[]') {
      if (!isAddressList(value)) throw new MalformedError(primaryType, `${name} is not a ${type}`)
      message[name] = [...value]
      continue
    }
    if (type === 'bool' && typeof value === 'boolean') {
      message[name] = value
      continue
    }
    const isText =
      (typeof value === 'string' && type !== 'bool') ||
      (type === 'uint16' && Number.isInteger(value))
    const text = isText ? String(value) : ''
    const bits = BITS[type]
    if (
      !isText ||
      !PATTERNS[type].test(text) ||
      (type === 'address' && !isAddress(text)) ||
      (bits !== undefined && BigInt(text) >> bits !== 0n)
    ) {
      throw new MalformedError(primaryType, `${name} is not a ${type}`)
    }
    message[name] = type === 'uint16' ? Number(text) : bits === undefined ? text : BigInt(text)
  }
  return message
}

function isAddressList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= LIST_COUNT &&
    value.every((one) => typeof one === 'string' && PATTERNS.address.test(one) && isAddress(one))
  )
}

/** A message that does not have the fields of its type. */
export class MalformedError extends AmbrosiaError {
  constructor(primaryType: string, why: string) {
    super('Message.Malformed', `not a ${primaryType}: ${why}`, {
      hint: 'Send every field of the message with its type, integers of 64 bits and more as decimal strings.',
    })
  }
}
