import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CursorTable, createStore, cursorMigration } from './ChainCursor.ts'
import * as Database from './Database.ts'

it('a cursor is read as written, and each follower has its own', async (t) => {
  const database = await Database.open<CursorTable>({
    url: 'sqlite::memory:',
    migrations: { '0001_cursor': cursorMigration },
  })
  t.after(() => database.destroy())
  const deals = createStore(database, 'deals')
  const records = createStore(database, 'records')
  assert.deepEqual(await deals.read(), [])
  const cursor = [
    { number: 9n, hash: '0x09' },
    { number: 7n, hash: '0x07' },
  ] as const
  await deals.write(cursor)
  await records.write([{ number: 3n, hash: '0x03' }])
  assert.deepEqual(await deals.read(), cursor)
  await deals.write([{ number: 8n, hash: '0x08' }])
  assert.deepEqual(await deals.read(), [{ number: 8n, hash: '0x08' }])
  await deals.write([])
  assert.deepEqual(await deals.read(), [])
  assert.deepEqual(await records.read(), [{ number: 3n, hash: '0x03' }])
})
