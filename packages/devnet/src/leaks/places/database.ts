import { closeSync, openSync, readSync } from 'node:fs'
import { relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { filesBelow } from './files.ts'
import { bytesPlace, type Place } from './Place.ts'

const HEADER = 'SQLite format 3\0'

/**
 * Every value of every table of the SQLite databases at or below a path, what stands only in the
 * write-ahead log included. The files themselves are to be searched too (`filePlaces`): they hold
 * what was deleted. But a long value lies there in pieces, one a page, and here it is whole.
 * @throws when a database can't be read: one that is not searched is not clean
 */
export function* databasePlaces(path: string, root: string): Generator<Place> {
  for (const file of filesBelow(path).filter(isDatabase)) {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      yield* valuesOf(database, relative(root, file))
    } finally {
      database.close()
    }
  }
}

function* valuesOf(database: DatabaseSync, name: string): Generator<Place> {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map((row) => String(row['name']))
  for (const table of tables) {
    const rows = database.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`)
    rows.setReadBigInts(true)
    for (const row of rows.iterate()) {
      for (const [column, value] of Object.entries(row)) {
        if (value === null) continue
        const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value), 'utf8')
        yield bytesPlace(`${name} ${table}.${column}`, bytes)
      }
    }
  }
}

function isDatabase(file: string): boolean {
  const head = Buffer.alloc(HEADER.length)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, head, 0, head.length, 0)
  } finally {
    closeSync(descriptor)
  }
  return head.toString('latin1') === HEADER
}
