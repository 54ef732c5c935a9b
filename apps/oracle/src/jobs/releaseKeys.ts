import * as KillPoint from '@ambrosia/service/KillPoint'
import type { Oracle } from '../Oracle.ts'
import { releaseOfRow } from '../releases/releaseOfRow.ts'
import type { Waits } from '../releases/Waits.ts'

/**
 * Releases the keys of settled records that are due, unasked. A row is marked only after the store
 * has it, so a crash costs a repetition. What fails is tried again, with increasing delays, until
 * the consent ends: a consumer has paid for it. No release after revocation, nor after the consent
 * has ended.
 */
export async function releaseKeys(oracle: Oracle, waits: Waits): Promise<void> {
  const { database, log, store, operator } = oracle
  const unreleased = await database
    .selectFrom('release')
    .innerJoin('submission', 'submission.certificate_hash', 'release.certificate_hash')
    .innerJoin('deal', 'deal.deal_id', 'release.deal_id')
    .select([
      'release.record_id',
      'release.deal_id',
      'release.consumer',
      'release.provider',
      'release.consent_until_sec',
      'release.tries',
      'submission.manifest',
      'deal.criteria',
    ])
    .where('release.released_at_sec', 'is', null)
    .where('release.stopped', '=', 0)
    .execute()
  const rows = unreleased.filter((row) => waits.isDue(row.record_id))
  if (rows.length === 0) return
  const block = await oracle.client.getBlock()
  for (const row of rows) {
    if (row.criteria === null || BigInt(row.consent_until_sec) < block.timestamp) continue
    try {
      const { criteria } = row
      const { signed, manifest } = await releaseOfRow(oracle, { ...row, criteria }, block)
      await store.putRelease(operator.address, signed, manifest)
      KillPoint.reach('oracle.release-put')
      waits.done(row.record_id)
      await mark({ released_at_sec: Number(block.timestamp) }, row.record_id)
      log.info({ recordId: row.record_id }, 'a key was released')
    } catch (error) {
      waits.failed(row.record_id)
      await mark({ tries: row.tries + 1 }, row.record_id)
      log.warn({ err: error, recordId: row.record_id }, 'a key could not be released yet')
    }
  }

  async function mark(
    change: { released_at_sec: number } | { tries: number },
    recordId: string,
  ): Promise<void> {
    await database.updateTable('release').set(change).where('record_id', '=', recordId).execute()
  }
}
