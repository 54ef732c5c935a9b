import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['dealId', 'bytes32'],
  ['provider', 'address'],
  ['manifestHash', 'bytes32'],
  ['payloadRoot', 'bytes32'],
  ['oracles', 'address[]'],
  ['wordsHash', 'bytes32'],
  ['asOf', 'uint64'],
  ['validUntil', 'uint64'],
] as const

/**
 * A provider's leave for the named oracles to open and read one sealed part of a record, given
 * before anything of it leaves. It sells nothing: the consent to the certificate comes after.
 */
export type PermissionToCheck = MessageOf<typeof fields>

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
} = defineMessage('PermissionToCheck', fields)
