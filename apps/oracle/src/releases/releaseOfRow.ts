import type { SignedRelease } from '@ambrosia/api/store/StoreClient'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Manifest from '@ambrosia/sealing/Manifest'
import type { Address } from 'viem'
import type { Oracle } from '../Oracle.ts'

/** What the tables hold of a record that this oracle certified. */
export type ReleaseRow = {
  record_id: string
  deal_id: string
  consumer: string
  provider: string
  criteria: string
  manifest: string
}

/**
 * Wraps the key of a record in the tables to the consumer's key in force, now or at another time.
 * @throws Release.*, Envelope.*, Manifest.Invalid
 */
export async function releaseOfRow(
  oracle: Pick<Oracle, 'enclave'>,
  row: ReleaseRow,
  block: { timestamp: bigint; number: bigint },
  keyAtSec = block.timestamp,
): Promise<{ signed: SignedRelease; manifest: Manifest.Manifest }> {
  const manifest = Manifest.parse(row.manifest)
  const signed = await oracle.enclave.release({
    recordId: row.record_id as Hex,
    dealId: row.deal_id as Hex,
    provider: row.provider as Address,
    consumer: row.consumer as Address,
    criteria: JSON.parse(row.criteria) as Criteria,
    manifest,
    keyAtSec,
    blockNumber: block.number,
  })
  return { signed, manifest }
}
