import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['consentHash', 'bytes32'],
  ['signedUntil', 'uint64'],
] as const

/** Withdraws a consent before it is settled. */
export type CancelConsent = MessageOf<typeof fields>

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
} = defineMessage('CancelConsent', fields)
