import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['store', 'address'],
  ['manifestHash', 'bytes32'],
  ['sizeBytes', 'uint64'],
  ['dealId', 'bytes32'],
  ['storedUntil', 'uint64'],
] as const

/** A store's word that it holds the sealed record until `storedUntil`. */
export type StorageReceipt = MessageOf<typeof fields>

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
} = defineMessage('StorageReceipt', fields)
