import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { testFiles } from './select.ts'
import { nameIn } from './simulation.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')

describe('nameIn', () => {
  it('reads the name of a simulation whose imports are not installed', () => {
    const text = "import 'nobody-installed-this'\n\nexport const name = 'sample'\n"
    assert.equal(nameIn(text), 'sample')
    assert.throws(() => nameIn("const name = 'sample'\n"), /export const name/)
  })

  it('finds a name of its own in every simulation here', () => {
    const paths = testFiles(ROOT).filter((path) => path.endsWith('.sim.ts'))
    const names = paths.map((path) => nameIn(readFileSync(join(ROOT, path), 'utf8')))
    assert.ok(names.length > 0)
    assert.equal(new Set(names).size, names.length)
  })
})
