import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as Database from '@ambrosia/service/Database'
import { migrations } from './migrations.ts'
import type { OracleDatabase } from './tables.ts'

const MIGRATION = '0006_one_submission_an_offer'

it('one submission of a certificate is kept of a table with several', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'oracle-migrations-'))
  t.after(() => rm(directory, { recursive: true }))
  const url = `sqlite:${join(directory, 'oracle.db')}`
  const earlier = Object.fromEntries(
    Object.entries(migrations).filter(([name]) => name < MIGRATION),
  )
  const before = await Database.open<OracleDatabase>({ url, migrations: earlier })
  const add = async (id: string, certificate_hash: string | null): Promise<void> => {
    const row = {
      submission_id: id,
      deal_id: 'deal',
      provider: 'provider',
      nonce: id,
      body_hash: id,
      certificate_hash,
      certificate: null,
      signature: null,
      quality: null,
      manifest: '{}',
      created_at_sec: 1,
    }
    await before.insertInto('submission').values(row).execute()
  }
  for (const id of ['a', 'b', 'c']) await add(id, 'one')
  await add('d', 'other')
  for (const id of ['e', 'f']) await add(id, null)
  await before.destroy()
  const after = await Database.open<OracleDatabase>({ url, migrations })
  const rows = await after.selectFrom('submission').select('submission_id').execute()
  await after.destroy()
  assert.deepEqual(rows.map(({ submission_id }) => submission_id).sort(), ['a', 'd', 'e', 'f'])
})
