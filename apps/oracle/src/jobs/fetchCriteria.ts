import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import type { OracleDatabase } from '../database/tables.ts'

/** Gets the criteria of deals that have none yet from the store, checks their hash, and tells of them. */
export async function fetchCriteria(options: {
  database: Kysely<OracleDatabase>
  store: StoreClient
  onCriteria: (criteria: Criteria.Criteria) => void
  log: Log
}): Promise<void> {
  const { database } = options
  const rows = await database
    .selectFrom('deal')
    .select(['deal_id', 'terms'])
    .where('criteria', 'is', null)
    .execute()
  for (const row of rows) {
    const terms = Deal.fromJson(JSON.parse(row.terms))
    try {
      const criteria = Criteria.parse(await options.store.document(terms.criteriaHash))
      if (Criteria.hash(criteria) !== terms.criteriaHash) continue
      await database
        .updateTable('deal')
        .set({ criteria: JSON.stringify(criteria) })
        .where('deal_id', '=', row.deal_id)
        .execute()
      options.onCriteria(criteria)
    } catch (error) {
      // The consumer publishes it after opening the deal.
      if (hasCode(error, 'Document.NotFound')) continue
      options.log.warn(
        { err: error, dealId: row.deal_id },
        'the criteria of a deal can not be used',
      )
    }
  }
}
