import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Kysely } from '@ambrosia/service/Database'
import type { EndRow, NodeTables } from '../database/tables.ts'

/** The chain after a number of records. */
export type End = {
  /** Records applied. */
  recordCount: number
  accumulator: Hex
  blockNumber: number
  blockHash: Hex
  /** Salt of the block commitment. */
  salt: Hex
  outboxRoot: Hex
}

/** Where the blocks of each record ended, kept so that a restart derives nothing twice. */
export type Ends = {
  all(): Promise<End[]>
  put(end: End): Promise<void>
  /** Forgets the ends after this number of records. */
  truncate(recordCount: number): Promise<void>
}

export function createEnds(database: Kysely<NodeTables>): Ends {
  return {
    async all() {
      const rows = await database.selectFrom('record_end').selectAll().orderBy('position').execute()
      return rows.map(fromRow)
    },
    async put(end) {
      const { recordCount, accumulator, blockNumber, blockHash, salt, outboxRoot } = end
      const values = {
        position: recordCount - 1,
        accumulator,
        block_number: blockNumber,
        block_hash: blockHash,
        salt,
        outbox_root: outboxRoot,
      }
      await database
        .insertInto('record_end')
        .values(values)
        .onConflict((conflict) => conflict.column('position').doUpdateSet(values))
        .execute()
    },
    async truncate(recordCount) {
      await database.deleteFrom('record_end').where('position', '>=', recordCount).execute()
    },
  }
}

function fromRow(row: EndRow): End {
  return {
    recordCount: row.position + 1,
    accumulator: row.accumulator,
    blockNumber: Number(row.block_number),
    blockHash: row.block_hash,
    salt: row.salt,
    outboxRoot: row.outbox_root,
  }
}
