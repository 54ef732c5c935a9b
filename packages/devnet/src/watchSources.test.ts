import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { watchSources } from './watchSources.ts'

it('a changed source is told, a changed test or text is not', async (t) => {
  const folder = useFolder(t)
  const ending = new AbortController()
  t.after(() => ending.abort())
  const told = new Promise<string>((done) => watchSources([folder], done, ending.signal))
  for (const name of ['a.test.ts', 'README.md', 'service.ts']) writeFileSync(join(folder, name), '')
  assert.equal(await told, join(folder, 'service.ts'))
})
