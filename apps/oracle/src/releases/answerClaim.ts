import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as Release from '@ambrosia/exchange/Release'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Oracle } from '../Oracle.ts'
import { type ReleaseRow, releaseOfRow } from './releaseOfRow.ts'

/** What `postDelivery` takes beside the record. `DeliveryAnswer` of contracts/src/exchange. */
export type DeliveryAnswer = {
  consumerKeyHash: Hex
  blockNumber: bigint
  envelope: Hex
  signature: Hex
}

const NO_KEY: Hex = `0x${'00'.repeat(32)}`

/**
 * The answer to a claim of delivery, signed by the operator account: the key wrapped to the
 * consumer's key that was in force at the settlement, which nothing done since can change; where
 * none was, the signed word that none was.
 * @throws Release.NotRecipient,
 * Envelope.*, Manifest.Invalid
 */
export async function answerClaim(
  oracle: Oracle,
  row: ReleaseRow,
  record: SettledRecord,
  block: { timestamp: bigint; number: bigint },
): Promise<DeliveryAnswer> {
  const operator = oracle.operator
  const { release, envelope } = await releaseOrWord(oracle, row, record, block)
  const domain = dealBookDomain(oracle.chainId, oracle.dealBook)
  return {
    consumerKeyHash: release.consumerKeyHash,
    blockNumber: release.blockNumber,
    envelope: envelope === undefined ? '0x' : toHex(fromUtf8(CanonicalJson.stringify(envelope))),
    signature: await operator.signTypedData(Release.toTypedData(release, domain)),
  }
}

async function releaseOrWord(
  oracle: Oracle,
  row: ReleaseRow,
  record: SettledRecord,
  block: { timestamp: bigint; number: bigint },
): Promise<{ release: Release.Release; envelope?: Envelope }> {
  try {
    return (await releaseOfRow(oracle, row, block, record.settledAt)).signed
  } catch (error) {
    if (!(error instanceof AmbrosiaError) || error.code !== 'Release.NoConsumerKey') throw error
    const release = {
      recordId: row.record_id as Hex,
      consumerKeyHash: NO_KEY,
      envelopeHash: toHex(sha256(new Uint8Array())),
      blockNumber: block.number,
    }
    return { release }
  }
}
