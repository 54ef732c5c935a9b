import type { Criteria } from '@ambrosia/exchange/Criteria'
import type { Deals } from '@ambrosia/exchange/certify/Deals'
import * as Deal from '@ambrosia/exchange/Deal'
import type { Kysely } from 'kysely'
import type { OracleChain } from '../chain.ts'
import type { OracleDatabase } from '../database/tables.ts'

/**
 * Deals from the table that the follower keeps; their state and slots are read from the chain each
 * time.
 */
export function createDeals(options: {
  database: Kysely<OracleDatabase>
  chain: OracleChain
}): Deals {
  const { database, chain } = options
  const rowOf = (dealId: string) =>
    database.selectFrom('deal').selectAll().where('deal_id', '=', dealId).executeTakeFirst()
  const slotsOf = async (
    dealId: `0x${string}`,
    personTag: `0x${string}`,
    recordTag: `0x${string}`,
  ) => {
    const row = await rowOf(dealId)
    if (!row) return { isSettled: false, personCount: 0 }
    const terms = Deal.fromJson(JSON.parse(row.terms))
    return await chain.slots(
      { dealId, perPersonCap: terms.perPersonCap },
      personTag,
      Deal.recordId(dealId, recordTag),
    )
  }
  const NONE = `0x${'00'.repeat(32)}` as const
  return {
    find: async (dealId) => {
      const row = await rowOf(dealId)
      if (!row?.criteria) return undefined
      return {
        dealId,
        terms: Deal.fromJson(JSON.parse(row.terms)),
        criteria: JSON.parse(row.criteria) as Criteria,
      }
    },
    status: async (dealId) => {
      const { state, stoppedAtSec } = await chain.dealStatus(dealId)
      return {
        isOpen:
          state === 'Active' || state === 'Paused' || state === 'Closed' || state === 'Expired',
        stoppedAtSec: state === 'Active' ? undefined : BigInt(stoppedAtSec),
      }
    },
    personCount: async (dealId, personTag) => (await slotsOf(dealId, personTag, NONE)).personCount,
    isRecordSettled: async (dealId, recordTag) =>
      (await slotsOf(dealId, NONE, recordTag)).isSettled,
  }
}
