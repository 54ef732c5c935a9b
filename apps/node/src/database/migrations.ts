import { cursorMigration } from '@ambrosia/service/ChainCursor'
import type { Migrations } from '@ambrosia/service/Database'

/** A migration that was released never changes; a change is a new one. */
export const migrations: Migrations = {
  '0001_cursor': cursorMigration,
  '0002_l1': {
    async up(database) {
      await database.schema
        .createTable('entry')
        .addColumn('position', 'integer', (column) => column.primaryKey())
        .addColumn('kind', 'integer', (column) => column.notNull())
        .addColumn('timestamp_sec', 'bigint', (column) => column.notNull())
        .addColumn('sender', 'text', (column) => column.notNull())
        .addColumn('token', 'text', (column) => column.notNull())
        .addColumn('amount', 'text', (column) => column.notNull())
        .addColumn('commitment', 'text', (column) => column.notNull())
        .addColumn('sealed', 'text', (column) => column.notNull())
        .addColumn('encryption_key', 'text', (column) => column.notNull())
        .addColumn('metadata_hash', 'text', (column) => column.notNull())
        .addColumn('anchor', 'text', (column) => column.notNull())
        .addColumn('l1_block', 'bigint', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('record')
        .addColumn('position', 'integer', (column) => column.primaryKey())
        .addColumn('commitment', 'text', (column) => column.notNull())
        .addColumn('inbox_count', 'integer', (column) => column.notNull())
        .addColumn('anchor', 'text', (column) => column.notNull())
        .addColumn('l1_timestamp_sec', 'bigint', (column) => column.notNull())
        .addColumn('accumulator', 'text', (column) => column.notNull())
        .addColumn('l1_block', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  '0003_batches': {
    async up(database) {
      await database.schema
        .createTable('body')
        .addColumn('commitment', 'text', (column) => column.primaryKey())
        .addColumn('packed', 'text', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('soft_block')
        .addColumn('number', 'bigint', (column) => column.primaryKey())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('bytes', 'text', (column) => column.notNull())
        .addColumn('signature', 'text', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('record_end')
        .addColumn('position', 'integer', (column) => column.primaryKey())
        .addColumn('accumulator', 'text', (column) => column.notNull())
        .addColumn('block_number', 'bigint', (column) => column.notNull())
        .addColumn('block_hash', 'text', (column) => column.notNull())
        .addColumn('salt', 'text', (column) => column.notNull())
        .addColumn('outbox_root', 'text', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('outgoing')
        .addColumn('position', 'integer', (column) => column.primaryKey())
        .addColumn('accumulator', 'text', (column) => column.notNull())
        .addColumn('commitment', 'text', (column) => column.notNull())
        .addColumn('inbox_count', 'integer', (column) => column.notNull())
        .addColumn('anchor', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '0004_pool': {
    async up(database) {
      await database.schema
        .createTable('pool')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('raw', 'text', (column) => column.notNull())
        .addColumn('sender', 'text', (column) => column.notNull())
        .addColumn('nonce', 'bigint', (column) => column.notNull())
        .addColumn('arrival', 'bigint', (column) => column.notNull())
        .addColumn('since_sec', 'bigint', (column) => column.notNull())
        .addColumn('is_forced', 'integer', (column) => column.notNull())
        .execute()
    },
  },
}
