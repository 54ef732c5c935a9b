import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['dealId', 'bytes32'],
  ['provider', 'address'],
  ['manifestHash', 'bytes32'],
  ['personTag', 'bytes32'],
  ['recordTag', 'bytes32'],
  ['score', 'uint16'],
  ['asOf', 'uint64'],
  ['validUntil', 'uint64'],
  ['validatorHash', 'bytes32'],
  ['statusListsRoot', 'bytes32'],
  ['receiptHash', 'bytes32'],
] as const

/**
 * What every oracle of a deal's quorum signs about one sealed record: nothing in it depends on
 * which oracle looks, or when.
 */
export type Certificate = MessageOf<typeof fields>

/** docs/protocol/exchange.md, section 4. */
export const {
  primaryType,
  typeString,
  schema,
  hash,
  toTypedData,
  verify,
  recover,
  toJson,
  fromJson,
} = defineMessage('Certificate', fields)
