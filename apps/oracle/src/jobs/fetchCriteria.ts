import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Oracle } from '../Oracle.ts'

/**
 * Gets the criteria of deals that have none yet and have not ended from the store, checks their
 * hash, and watches their issuers.
 */
export async function fetchCriteria(oracle: Oracle): Promise<void> {
  const { database, store, statusSchedule, log } = oracle
  const rows = await database
    .selectFrom('deal')
    .select(['deal_id', 'terms'])
    .where('criteria', 'is', null)
    .where('ended', '=', 0)
    .execute()
  for (const row of rows) {
    const terms = Deal.fromJson(JSON.parse(row.terms))
    try {
      const criteria = Criteria.parse(await store.document(terms.criteriaHash))
      if (Criteria.hash(criteria) !== terms.criteriaHash) continue
      const { numUpdatedRows } = await database
        .updateTable('deal')
        .set({ criteria: JSON.stringify(criteria) })
        .where('deal_id', '=', row.deal_id)
        .where('ended', '=', 0)
        .executeTakeFirst()
      // It ended while the store was asked.
      if (numUpdatedRows === 0n) continue
      const { issuers } = criteria
      statusSchedule.watch({ dealId: row.deal_id, issuers, untilSec: Number(terms.expiry) })
    } catch (error) {
      // The consumer publishes it after opening the deal.
      if (hasCode(error, 'Document.NotFound')) continue
      log.warn({ err: error, dealId: row.deal_id }, 'the criteria of a deal cannot be used')
    }
  }
}
