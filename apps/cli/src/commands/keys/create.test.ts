import assert from 'node:assert/strict'
import { it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, runCli } from '../../testing/runCli.ts'

it('ambrosia keys create makes keys once, and says when they were there', (t) => {
  const env = { AMBROSIA_HOME: useFolder(t) }
  const create = (...options: string[]) => runCli([...options, 'keys', 'create', 'alice'], { env })
  const made = lastJson(create('--json').stdout) as Record<string, unknown>
  assert.equal(made['created'], true)
  const again = lastJson(create('--json').stdout) as Record<string, unknown>
  assert.deepEqual(again, { ...made, created: false })
  assert.match(create().stdout, /alice has keys already/)
})
