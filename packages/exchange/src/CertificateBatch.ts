import { defineMessage, type MessageOf } from './messages/Message.ts'

const fields = [['root', 'bytes32']] as const

/**
 * What oracles sign over certificates that they have signed already, so that one signature of each
 * carries them all to the chain: the root of `batchCertificates` over their digests, in the order
 * of the settlement.
 */
export type CertificateBatch = MessageOf<typeof fields>

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
} = defineMessage('CertificateBatch', fields)
