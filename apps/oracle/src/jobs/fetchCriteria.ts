import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Oracle } from '../Oracle.ts'

/**
 * Gets the criteria of deals that have none yet from the store, checks their hash, and watches
 * their issuers.
 */
export async function fetchCriteria(oracle: Oracle): Promise<void> {
  const { database, store, statusSchedule, log } = oracle
  const rows = await database
    .selectFrom('deal')
    .select(['deal_id', 'terms'])
    .where('criteria', 'is', null)
    .execute()
  for (const row of rows) {
    const terms = Deal.fromJson(JSON.parse(row.terms))
    try {
      const criteria = Criteria.parse(await store.document(terms.criteriaHash))
      if (Criteria.hash(criteria) !== terms.criteriaHash) continue
      await database
        .updateTable('deal')
        .set({ criteria: JSON.stringify(criteria) })
        .where('deal_id', '=', row.deal_id)
        .execute()
      for (const issuer of criteria.issuers) statusSchedule.watch(issuer)
    } catch (error) {
      // The consumer publishes it after opening the deal.
      if (hasCode(error, 'Document.NotFound')) continue
      log.warn({ err: error, dealId: row.deal_id }, 'the criteria of a deal cannot be used')
    }
  }
}
