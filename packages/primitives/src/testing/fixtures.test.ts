import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fixturePath, fixturesFolder } from './fixtures.ts'

const setting = process.env['AMBROSIA_FIXTURES']
const restore = () => {
  if (setting === undefined) delete process.env['AMBROSIA_FIXTURES']
  else process.env['AMBROSIA_FIXTURES'] = setting
}

function skips() {
  const reasons: (string | undefined)[] = []
  return {
    reasons,
    t: { skip: (reason?: string) => void reasons.push(reason) } as Pick<TestContext, 'skip'>,
  }
}

describe('fixturePath', () => {
  it('finds a sample in the folder that is set', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'ambrosia-fixtures-'))
    t.after(() => rmSync(folder, { recursive: true }))
    t.after(restore)
    writeFileSync(join(folder, 'a.json'), '{}')
    process.env['AMBROSIA_FIXTURES'] = folder
    const { reasons, t: context } = skips()
    assert.equal(fixturePath(context, 'a.json'), join(folder, 'a.json'))
    assert.equal(fixturePath(context, 'b.json'), null)
    assert.equal(reasons.length, 1)
    assert.match(reasons[0] ?? '', /b\.json is absent; set AMBROSIA_FIXTURES/)
  })

  it('fails where samples are required', (t) => {
    t.after(restore)
    process.env['AMBROSIA_FIXTURES'] = 'required'
    assert.throws(() => fixturePath(skips().t, 'no/such/sample'), /is required/)
  })

  it('looks beside the repository otherwise', (t) => {
    t.after(restore)
    const beside = resolve(import.meta.dirname, '../../../../../shared/fixtures')
    for (const value of ['', 'required']) {
      process.env['AMBROSIA_FIXTURES'] = value
      assert.equal(fixturesFolder(), beside)
    }
  })
})
