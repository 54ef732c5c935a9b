import type { HoldingRow } from '../database/tables.ts'
import { deleteUnheld } from '../holdings/acceptUpload.ts'
import { settlementOf } from '../holdings/findReadable.ts'
import type { Store } from '../Store.ts'

export type Swept = { unsettled: number; revoked: number; expired: number }

/**
 * Deletes what is no longer to be held: blobs whose certificate can no longer exist, judged by the
 * time of final blocks so that a late settlement is not missed, blobs of revoked records, and blobs
 * whose time is over.
 */
export async function sweep(store: Store): Promise<Swept> {
  const swept: Swept = { unsettled: 0, revoked: 0, expired: 0 }
  const finalSec = await store.reader.finalTimeSec()
  const nowSec = store.nowSec()
  await store.database
    .deleteFrom('ticket')
    .where('expires_at_sec', '<=', Math.floor(nowSec))
    .execute()
  const holdings = await store.database.selectFrom('holding').selectAll().execute()
  for (const holding of holdings) {
    // finalTimeSec has just read the chain to its newest final block.
    const settled = await settlementOf(store, holding, { isNew: false })
    const end = endOf(holding, settled, finalSec, nowSec)
    if (end === undefined) continue
    await drop(store, holding)
    swept[end]++
  }
  if (holdings.length > 0) store.log.debug(swept, 'swept')
  return swept
}

function endOf(
  holding: HoldingRow,
  settled: { isRevoked: boolean } | undefined,
  finalSec: number,
  nowSec: number,
): keyof Swept | undefined {
  if (settled?.isRevoked) return 'revoked'
  if (settled) return nowSec > holding.stored_until_sec ? 'expired' : undefined
  return finalSec > holding.settle_by_sec ? 'unsettled' : undefined
}

async function drop(store: Store, holding: HoldingRow): Promise<void> {
  await store.database
    .deleteFrom('holding')
    .where('deal_id', '=', holding.deal_id)
    .where('provider', '=', holding.provider)
    .where('manifest_hash', '=', holding.manifest_hash)
    .execute()
  await deleteUnheld(store, holding.content_address)
}

/**
 * After a crash a blob may lie here that no record refers to: the row is written after the file,
 * and removed before it.
 */
export async function deleteStrays(store: Store): Promise<number> {
  let count = 0
  for await (const contentAddress of store.blobs.list()) {
    if (await deleteUnheld(store, contentAddress)) count++
  }
  return count
}
