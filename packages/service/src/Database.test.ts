import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { sql } from 'kysely'
import * as Database from './Database.ts'
import * as KillPoint from './KillPoint.ts'

type Tables = { note: { id: number; text: string } }

const first: Database.Migrations = {
  '0001_note': {
    async up(database) {
      await database.schema
        .createTable('note')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .execute()
    },
  },
}

describe('Database', () => {
  it('migrates once and keeps rows', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'a', 'test.sqlite')}`
    const one = await Database.open<Tables>({ url, migrations: first })
    await one.insertInto('note').values({ id: 1, text: 'kept' }).execute()
    await one.destroy()
    const two = await Database.open<Tables>({ url, migrations: first })
    t.after(() => two.destroy())
    assert.deepEqual(await two.selectFrom('note').selectAll().execute(), [{ id: 1, text: 'kept' }])
    await Database.assertReady(two)
  })

  it('writes ahead with full sync', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'test.sqlite')}`
    const database = await Database.open<Tables>({ url, migrations: first })
    t.after(() => database.destroy())
    const pragma = async (name: string) => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database)
      return Object.values(rows[0] ?? {})[0]
    }
    assert.equal(await pragma('journal_mode'), 'wal')
    assert.equal(await pragma('synchronous'), 2)
    assert.equal(await pragma('foreign_keys'), 1)
  })

  it('passes a kill point with each write, and with the end of its transaction', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'test.sqlite')}`
    const database = await Database.open<Tables>({ url, migrations: first })
    t.after(() => database.destroy())
    const passed = () => KillPoint.passedPoints().filter((point) => point.startsWith('db.note.'))
    await database.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('note').execute()
      assert.equal(passed().at(-1), 'db.note.delete')
    })
    assert.equal(passed().at(-1), 'db.note.delete.committed')
    const undone = database.transaction().execute(async (transaction) => {
      await transaction.updateTable('note').set({ text: 'new' }).execute()
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    await database.insertInto('note').values({ id: 9, text: 'kept' }).execute()
    assert.ok(!passed().includes('db.note.update.committed'))
    assert.ok(!passed().includes('db.note.insert.committed'))
    assert.ok(passed().includes('db.note.insert'))
  })

  it('lets others be answered between two writes, however many wait', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'test.sqlite')}`
    const database = await Database.open<Tables>({ url, migrations: first })
    t.after(() => database.destroy())
    let turns = 0
    let isOver = false
    const turn = (): void => {
      turns++
      if (!isOver) setImmediate(turn)
    }
    setImmediate(turn)
    const notes = Array.from({ length: 50 }, (_, id) => ({ id, text: 'kept' }))
    await Promise.all(notes.map((note) => database.insertInto('note').values(note).execute()))
    isOver = true
    assert.ok(turns >= notes.length, `${turns} turns of the event loop`)
  })

  it('refuses a migration that fails, a dialect without a driver', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'test.sqlite')}`
    const broken: Database.Migrations = {
      ...first,
      '0002_broken': {
        async up(database) {
          await database.schema.createTable('half').addColumn('id', 'integer').execute()
          throw new Error('broken')
        },
      },
    }
    await assert.rejects(Database.open({ url, migrations: broken }), {
      code: 'Database.MigrationFailed',
      message: /0002_broken/,
    })
    const database = await Database.open<{ half: { id: number } }>({ url, migrations: first })
    t.after(() => database.destroy())
    await assert.rejects(database.selectFrom('half').selectAll().execute(), /no such table/)
    const postgres = { url: 'postgres://me:marked@host/db', migrations: first }
    await assert.rejects(Database.open(postgres), (error: Error & { code: string }) => {
      return error.code === 'Database.UnsupportedUrl' && !error.message.includes('marked')
    })
  })
})
