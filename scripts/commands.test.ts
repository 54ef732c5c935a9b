import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'

/** Runs a script of this folder and returns its exit code and the last line it printed. */
function runScript(name: string, ...args: string[]) {
  const env = { ...process.env }
  delete env['NODE_TEST_CONTEXT']
  const script = join(import.meta.dirname, name)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env,
    encoding: 'utf8',
  })
  return { status, stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' }
}

describe('npm test', () => {
  it('fails when nothing matches: nothing passes by not running', () => {
    const { status, last } = runScript('test.ts', 'no/such/path')
    assert.equal(status, 1)
    assert.equal(last, 'tests 0 pass 0 fail 0 skipped 0')
  })
  it('ends with one object under --json', () => {
    const result = JSON.parse(runScript('test.ts', 'scripts/testing/counts.test.ts', '--json').last)
    assert.equal(result.ok, true)
    assert.equal(result.tests, result.pass)
    assert.equal(result.files, 1)
  })
})

describe('npm run check', () => {
  it('refuses a name that is not a check and lists those there are', () => {
    const { status, stderr } = runScript('check.ts', 'nonsense')
    assert.equal(status, 2)
    assert.match(stderr, /layers/)
  })
})

describe('npm run bench', () => {
  it('refuses a name that is not a benchmark, and a size that is none', () => {
    const { status, last } = runScript('bench.ts', 'nonsense', '--json')
    assert.equal(status, 2)
    assert.equal(JSON.parse(last).error.code, 'Bench.Unknown')
    assert.equal(runScript('bench.ts', 'vault', '--size', 'big').status, 2)
  })
})
