import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['recordId', 'bytes32'],
  ['returnPayment', 'bool'],
  ['signedUntil', 'uint64'],
] as const

/**
 * Ends a settled consent for good. With `returnPayment` the sale is undone, as long as it can be;
 * without, the money stays and the one delivery that was paid for is completed. Signed for, so that
 * a relayer can't turn one into the other.
 */
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
