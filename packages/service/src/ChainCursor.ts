import type { Cursor, CursorStore } from '@ambrosia/chain/follow'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Hash } from 'viem'

/** Cursors of event followers, kept in the service's database. */
export type CursorTable = {
  chain_cursor: { name: string; block_number: number; block_hash: string }
}

export const cursorMigration: Migration = {
  async up(database) {
    await database.schema
      .createTable('chain_cursor')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('block_number', 'bigint', (column) => column.notNull())
      .addColumn('block_hash', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('chain_cursor_key', ['name', 'block_number'])
      .execute()
  },
}

/** The cursor of one follower. */
export function createStore<DB extends CursorTable>(owner: Kysely<DB>, name: string): CursorStore {
  const database = owner as unknown as Kysely<CursorTable>
  return {
    async read(): Promise<Cursor> {
      const rows = await database
        .selectFrom('chain_cursor')
        .select(['block_number', 'block_hash'])
        .where('name', '=', name)
        .orderBy('block_number', 'desc')
        .execute()
      return rows.map((row) => ({
        number: BigInt(row.block_number),
        hash: row.block_hash as Hash,
      }))
    },
    async write(cursor) {
      await database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('chain_cursor').where('name', '=', name).execute()
        if (cursor.length === 0) return
        const rows = cursor.map(({ number, hash }) => ({
          name,
          block_number: Number(number),
          block_hash: hash,
        }))
        await transaction.insertInto('chain_cursor').values(rows).execute()
      })
    },
  }
}
