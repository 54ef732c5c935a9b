import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'

const ROLES = ['identity', 'consumer', 'provider', 'relay']

it('roles do not import each other: what two need stands above them, or in the exchange', () => {
  // A test plays several roles: whoever sells needs somebody who settles.
  const files = globSync(`{${ROLES.join(',')}}/**/*.ts`, { cwd: import.meta.dirname }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  assert.ok(files.length > 15, `${files.length} files`)
  for (const file of files) {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    const [own] = file.split(/[\\/]/)
    for (const [, role = ''] of text.matchAll(/'\.\.\/([a-z]+)\//g)) {
      assert.ok(role === own || !ROLES.includes(role), `${file} imports ${role}`)
    }
  }
})
