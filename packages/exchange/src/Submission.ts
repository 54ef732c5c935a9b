import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['dealId', 'bytes32'],
  ['provider', 'address'],
  ['manifestHash', 'bytes32'],
  ['criteriaHash', 'bytes32'],
  ['oracle', 'address'],
  ['nonce', 'bytes32'],
  ['asOf', 'uint64'],
] as const

/**
 * Binds a presentation to chain, deal, criteria, provider, manifest, oracle, nonce and time; its
 * digest is the BBS presentation header.
 */
export type Submission = MessageOf<typeof fields>

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
} = defineMessage('Submission', fields)
