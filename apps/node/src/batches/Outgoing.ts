import type { Hex } from '@ambrosia/primitives/Bytes'
import type { BatchCertificate } from '@ambrosia/rollup/BatchCertificate'
import type { Kysely } from '@ambrosia/service/Database'
import type { NodeTables } from '../database/tables.ts'

/**
 * The batch that this node made for a place on L1: kept, so that after a crash the same one is
 * posted.
 */
export type Outgoing = {
  at(index: number): Promise<BatchCertificate | undefined>
  put(certificate: BatchCertificate): Promise<void>
  dropThrough(index: number): Promise<void>
}

export function createOutgoing(database: Kysely<NodeTables>): Outgoing {
  return {
    async at(index) {
      const row = await database
        .selectFrom('outgoing')
        .selectAll()
        .where('position', '=', index)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { accumulator, commitment, anchor } = row
      return { index, accumulator, commitment, inboxCount: row.inbox_count, anchor }
    },
    async put({ index, accumulator, commitment, inboxCount, anchor }) {
      const values = {
        position: index,
        accumulator,
        commitment,
        inbox_count: inboxCount,
        anchor: anchor as Hex,
      }
      await database
        .insertInto('outgoing')
        .values(values)
        .onConflict((conflict) => conflict.column('position').doUpdateSet(values))
        .execute()
    },
    async dropThrough(index) {
      await database.deleteFrom('outgoing').where('position', '<=', index).execute()
    },
  }
}
