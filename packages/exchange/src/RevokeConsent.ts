import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['recordId', 'bytes32'],
  ['signedUntil', 'uint64'],
] as const

/** Ends a settled consent: inside the delivery window the sale is unwound, later releases end for good. */
export type RevokeConsent = MessageOf<typeof fields>

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
} = defineMessage('RevokeConsent', fields)
