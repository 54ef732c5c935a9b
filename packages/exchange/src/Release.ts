import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['recordId', 'bytes32'],
  ['consumerKeyHash', 'bytes32'],
  ['envelopeHash', 'bytes32'],
  ['blockNumber', 'uint64'],
] as const

/** An oracle's statement that it has wrapped a record's data key to the consumer's key. */
export type Release = MessageOf<typeof fields>

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
} = defineMessage('Release', fields)
