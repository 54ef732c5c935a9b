import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { shareProcess } from './shareProcess.ts'

it('short files of a package share a process, up to so many; others run alone', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-share-'))
  t.after(() => rmSync(root, { recursive: true }))
  const texts = {
    'apps/cli/src/a.test.ts': '',
    'e2e/sale.test.ts': '',
    'packages/dispute/src/play.test.ts': '',
    'packages/api/src/a.test.ts': '',
    'packages/api/src/b.test.ts': "t.mock.method(Date, 'now')",
    'packages/api/src/c/c.test.ts': '',
    'packages/api/src/d.test.ts': '',
    'packages/rollup/src/a.test.ts': "process.env['HOME'] = ''",
    'packages/rollup/src/b.sim.ts': '',
  }
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  assert.deepEqual(shareProcess(root, Object.keys(texts), 2), [
    ['apps/cli/src/a.test.ts'],
    ['e2e/sale.test.ts'],
    ['packages/dispute/src/play.test.ts'],
    ['packages/api/src/a.test.ts', 'packages/api/src/c/c.test.ts'],
    ['packages/api/src/b.test.ts'],
    ['packages/api/src/d.test.ts'],
    ['packages/rollup/src/a.test.ts'],
    ['packages/rollup/src/b.sim.ts'],
  ])
})
