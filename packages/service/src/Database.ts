import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import Sqlite from 'better-sqlite3'
import {
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { markWrites } from './markWrites.ts'

/**
 * The database of a service, through Kysely. Queries and migrations keep to what SQLite and
 * PostgreSQL share (text, integers up to 2^53, no vendor functions), so the dialect is one function
 * of the URL.
 */
export type { Kysely, Migration }

/** Migrations by name, in the order of their names, such as `0001_nonces`. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Opens `sqlite:<path>` or `sqlite::memory:` and brings it to the newest migration.
 * @throws Database.UnsupportedUrl, Database.MigrationFailed
 */
export async function open<DB>(options: {
  url: string
  migrations: Migrations
}): Promise<Kysely<DB>> {
  const database = new Kysely<DB>({ dialect: dialectOf(options.url) })
  const provider = { getMigrations: async () => ({ ...options.migrations }) }
  const { error, results } = await new Migrator({ db: database, provider }).migrateToLatest()
  if (error !== undefined) {
    await database.destroy()
    const failed = results?.find((one) => one.status === 'Error')?.migrationName
    throw new MigrationFailedError(failed ?? 'unknown', error)
  }
  return database
}

/** Rejects when the database does not answer. */
export async function assertReady<DB>(database: Kysely<DB>): Promise<void> {
  await database.introspection.getSchemas()
}

function dialectOf(url: string): Dialect {
  if (!url.startsWith('sqlite:')) throw new UnsupportedUrlError(url.split(':')[0] ?? '')
  return new TransactionalSqliteDialect({
    database: async () => openSqlite(url.slice('sqlite:'.length)),
  })
}

/**
 * SQLite rolls back changes of the schema as PostgreSQL does; Kysely's own dialect leaves that
 * unused.
 */
class TransactionalSqliteDialect extends SqliteDialect {
  private readonly config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.config = config
  }

  override createDriver(): Driver {
    return new MarkedSqliteDriver(this.config)
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter()
  }
}

/** Its one connection ends the process after a write where a test asks for it. */
class MarkedSqliteDriver extends SqliteDriver {
  private connection: DatabaseConnection | undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.connection ??= markWrites(await super.acquireConnection())
    return this.connection
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/**
 * WAL with full sync: a transaction that was answered survives a power cut
 * (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
function openSqlite(path: string): SqliteDatabase {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const sqlite = new Sqlite(path)
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma('busy_timeout = 5000')
  return keepStatements(sqlite)
}

/** Statements that are kept compiled; lists of other lengths make other statements. */
const STATEMENT_COUNT = 256

/**
 * Compiling a statement takes longer than most of ours run. SQLite does it anew by itself where a
 * table changed.
 */
function keepStatements(sqlite: Sqlite): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      const statement = statements.get(sql) ?? sqlite.prepare(sql)
      if (statements.size >= STATEMENT_COUNT) statements.clear()
      statements.set(sql, statement)
      return statement
    },
  }
}

export class UnsupportedUrlError extends AmbrosiaError {
  constructor(scheme: string) {
    super('Database.UnsupportedUrl', `there is no driver for databases of the scheme ${scheme}`, {
      hint: 'Set AMBROSIA_DATABASE_URL to sqlite:<path>.',
    })
  }
}

export class MigrationFailedError extends AmbrosiaError {
  constructor(migration: string, cause: unknown) {
    super('Database.MigrationFailed', `migration ${migration} failed; nothing of it was applied`, {
      details: { migration },
      hint: 'Start the version of this software that last wrote the database, or restore a copy.',
      cause,
    })
  }
}
