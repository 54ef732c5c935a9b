import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['recordId', 'bytes32'],
  ['amount', 'uint256'],
  ['signedUntil', 'uint64'],
] as const

/**
 * An account's word that it gives back what a sale paid, so that the sale is undone; needed of
 * nobody but the provider and the caller.
 */
export type ReturnPayment = MessageOf<typeof fields>

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
} = defineMessage('ReturnPayment', fields)
