import type { Migrations } from '@ambrosia/service/Database'

/** A migration that was released never changes; a change is a new one. */
export const migrations: Migrations = {
  '0001_issuer': {
    up: async (database) => {
      await database.schema
        .createTable('subject')
        .addColumn('person_key', 'text', (column) => column.primaryKey())
        .addColumn('subject_handle', 'text', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('status_entry')
        .addColumn('list_id', 'integer', (column) => column.notNull())
        .addColumn('list_index', 'integer', (column) => column.notNull())
        .addColumn('issued_at_sec', 'bigint', (column) => column.notNull())
        .addColumn('revoked_at_sec', 'bigint')
        .addPrimaryKeyConstraint('status_entry_key', ['list_id', 'list_index'])
        .execute()
      await database.schema
        .createTable('status_snapshot')
        .addColumn('list_id', 'integer', (column) => column.notNull())
        .addColumn('epoch_sec', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('status_snapshot_key', ['list_id', 'epoch_sec'])
        .execute()
    },
  },
  '0002_issuance': {
    up: async (database) => {
      await database.schema
        .createTable('issuance')
        .addColumn('request_key', 'text', (column) => column.primaryKey())
        .addColumn('request_digest', 'text', (column) => column.notNull())
        .addColumn('list_index', 'integer', (column) => column.notNull())
        .execute()
    },
  },
  '0003_counts': {
    up: async (database) => {
      await database.schema
        .createTable('counted')
        .addColumn('seen', 'text', (column) => column.primaryKey())
        .execute()
      await database.schema
        .createTable('facet_count')
        .addColumn('facet', 'text', (column) => column.primaryKey())
        .addColumn('people', 'integer', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('published_counts')
        .addColumn('published_at_sec', 'bigint', (column) => column.primaryKey())
        .addColumn('people', 'integer', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
    },
  },
}
