import { cursorMigration } from '@ambrosia/service/ChainCursor'
import type { Migrations } from '@ambrosia/service/Database'
import { nonceMigration } from '@ambrosia/service/SignedRequest'

/** A migration that was released never changes; a change is a new one. */
export const migrations: Migrations = {
  '0001_nonces': nonceMigration,
  '0002_cursor': cursorMigration,
  '0003_oracle': {
    up: async (database) => {
      await database.schema
        .createTable('deal')
        .addColumn('deal_id', 'text', (column) => column.primaryKey())
        .addColumn('salt', 'text', (column) => column.notNull())
        .addColumn('terms', 'text', (column) => column.notNull())
        .addColumn('criteria', 'text')
        .addColumn('block_number', 'bigint', (column) => column.notNull())
        .execute()
      await database.schema
        .createTable('submission')
        .addColumn('submission_id', 'text', (column) => column.primaryKey())
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('nonce', 'text', (column) => column.notNull())
        .addColumn('body_hash', 'text', (column) => column.notNull())
        .addColumn('certificate_hash', 'text')
        .addColumn('certificate', 'text')
        .addColumn('signature', 'text')
        .addColumn('quality', 'text')
        .addColumn('manifest', 'text', (column) => column.notNull())
        .addColumn('created_at_sec', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('submission_nonce', ['deal_id', 'provider', 'nonce'])
        .execute()
      await database.schema
        .createIndex('submission_certificate')
        .on('submission')
        .column('certificate_hash')
        .execute()
      await database.schema
        .createTable('release')
        .addColumn('record_id', 'text', (column) => column.primaryKey())
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('certificate_hash', 'text', (column) => column.notNull())
        .addColumn('consumer', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('consent_until_sec', 'bigint', (column) => column.notNull())
        .addColumn('released_at_sec', 'bigint')
        .addColumn('stopped', 'integer', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .execute()
    },
  },
  '0004_duties': {
    up: async (database) => {
      const table = () => database.schema.alterTable('release')
      await table().addColumn('record', 'text').execute()
      await table().addColumn('delivery_end_sec', 'bigint').execute()
      await table().addColumn('answer_by_sec', 'bigint').execute()
      await table()
        .addColumn('answered', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
      await table()
        .addColumn('share_taken', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
    },
  },
  '0005_epochs': {
    up: async (database) => {
      await database.schema
        .createTable('epoch_dealing')
        .addColumn('epoch', 'text', (column) => column.notNull())
        .addColumn('members_hash', 'text', (column) => column.notNull())
        .addColumn('dealing', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('epoch_dealing_key', ['epoch', 'members_hash'])
        .execute()
    },
  },
  // A certificate says nothing of the nonce: of one offer sent under several, one is kept.
  '0006_one_submission_an_offer': {
    up: async (database) => {
      const kept = database
        .selectFrom('submission')
        .select((is) => is.fn.min('submission_id').as('submission_id'))
        .groupBy('certificate_hash')
      await database
        .deleteFrom('submission')
        .where('certificate_hash', 'is not', null)
        .where('submission_id', 'not in', kept)
        .execute()
      await database.schema.dropIndex('submission_certificate').execute()
      await database.schema
        .createIndex('submission_certificate')
        .unique()
        .on('submission')
        .column('certificate_hash')
        .execute()
    },
  },
  '0007_ended_deals': {
    up: async (database) => {
      await database.schema
        .alterTable('deal')
        .addColumn('ended', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
    },
  },
  '0008_sales': {
    up: async (database) => {
      await database.schema
        .createTable('sale')
        .addColumn('record_id', 'text', (column) => column.primaryKey())
        .addColumn('deal_id', 'text', (column) => column.notNull())
        .addColumn('manifest_hash', 'text', (column) => column.notNull())
        .addColumn('certificate_hash', 'text', (column) => column.notNull())
        .addColumn('transaction_hash', 'text', (column) => column.notNull())
        .addColumn('compared', 'integer', (column) => column.notNull())
        .execute()
      await database.schema
        .createIndex('sale_manifest')
        .on('sale')
        .columns(['deal_id', 'manifest_hash'])
        .execute()
    },
  },
}
