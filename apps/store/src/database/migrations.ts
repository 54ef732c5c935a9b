import { cursorMigration } from '@ambrosia/service/ChainCursor'
import type { Migrations } from '@ambrosia/service/Database'
import { nonceMigration } from '@ambrosia/service/SignedRequest'

/** A migration that was released never changes; a change is a new one. */
export const migrations: Migrations = {
  '0001_nonce': nonceMigration,
  '0002_cursor': cursorMigration,
  '0003_ticket': {
    async up(database) {
      await database.schema
        .createTable('ticket')
        .addColumn('secret_hash', 'text', (column) => column.primaryKey())
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('manifest_hash', 'text', (column) => column.notNull())
        .addColumn('content_address', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_sec', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  '0004_holding': {
    async up(database) {
      await database.schema
        .createTable('holding')
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('manifest_hash', 'text', (column) => column.notNull())
        .addColumn('content_address', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('settle_by_sec', 'bigint', (column) => column.notNull())
        .addColumn('stored_until_sec', 'bigint', (column) => column.notNull())
        .addColumn('receipt_signature', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('holding_key', ['deal_id', 'provider', 'manifest_hash'])
        .execute()
      await database.schema
        .createIndex('holding_content_address')
        .on('holding')
        .column('content_address')
        .execute()
    },
  },
  '0005_release': {
    async up(database) {
      await database.schema
        .createTable('release')
        .addColumn('record_id', 'text', (column) => column.notNull())
        .addColumn('oracle', 'text', (column) => column.notNull())
        .addColumn('block_number', 'bigint', (column) => column.notNull())
        .addColumn('envelope', 'text', (column) => column.notNull())
        .addColumn('consumer_key_hash', 'text', (column) => column.notNull())
        .addColumn('envelope_hash', 'text', (column) => column.notNull())
        .addColumn('signature', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('release_key', ['record_id', 'oracle'])
        .execute()
    },
  },
  '0006_chain': {
    async up(database) {
      await database.schema
        .createTable('deal')
        .addColumn('deal_id', 'text', (column) => column.primaryKey())
        .addColumn('terms', 'text', (column) => column.notNull())
        .addColumn('block_number', 'bigint', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('record')
        .addColumn('record_id', 'text', (column) => column.primaryKey())
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('consumer', 'text', (column) => column.notNull())
        .addColumn('manifest_hash', 'text', (column) => column.notNull())
        .addColumn('consent_until_sec', 'bigint', (column) => column.notNull())
        .addColumn('block_number', 'bigint', (column) => column.notNull())
        .execute()
      await database.schema
        .createIndex('record_manifest_hash')
        .on('record')
        .column('manifest_hash')
        .execute()
    },
  },
  '0007_document': {
    async up(database) {
      await database.schema
        .createTable('document')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('content', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '0008_manifest': {
    async up(database) {
      await database.schema
        .createTable('manifest')
        .addColumn('manifest_hash', 'text', (column) => column.primaryKey())
        .addColumn('content', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '0009_delivery': {
    async up(database) {
      const record = () => database.schema.alterTable('record')
      await record().addColumn('person_tag', 'text').execute()
      await record().addColumn('ordinal', 'integer').execute()
      await record().addColumn('delivery_end_sec', 'bigint').execute()
    },
  },
}
