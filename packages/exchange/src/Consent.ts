import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [
  ['dealId', 'bytes32'],
  ['certificateHash', 'bytes32'],
  ['consumer', 'address'],
  ['agreementHash', 'bytes32'],
  ['answersHash', 'bytes32'],
  ['purpose', 'bytes32'],
  ['token', 'address'],
  ['minimumNet', 'uint256'],
  ['payout', 'address'],
  ['relayer', 'address'],
  ['maximumRelayerFee', 'uint256'],
  ['signedUntil', 'uint64'],
  ['consentUntil', 'uint64'],
] as const

/**
 * The provider's consent to one certificate at a price and on terms. Single use, and good until
 * `signedUntil`.
 */
export type Consent = MessageOf<typeof fields>

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
} = defineMessage('Consent', fields)
