import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['dealId', 'bytes32'],
  ['consumer', 'address'],
  ['payloadRoot', 'bytes32'],
] as const

/** Binds the presentation for the consumer; its digest is the BBS presentation header. */
export type Delivery = MessageOf<typeof fields>

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
} = defineMessage('Delivery', fields)
