import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { contractDomains } from './contracts.ts'

function world(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-domains-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const path of ['stake/A.t.sol', 'stake/B.t.sol', 'token/C.t.sol', 'support/Fixture.sol']) {
    const file = join(root, 'contracts/test', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
  }
  return (filters: string[], changed: string[] | null) => contractDomains(root, filters, changed)
}

describe('contractDomains', () => {
  it('finds every folder that holds tests, once', (t) => {
    assert.deepEqual(world(t)([], null), ['contracts/test/stake/', 'contracts/test/token/'])
  })
  it('takes a domain, or a file of it, by a part of its path', (t) => {
    const domains = world(t)
    assert.deepEqual(domains(['contracts/test/token'], null), ['contracts/test/token/'])
    assert.deepEqual(domains(['B.t.sol'], null), ['contracts/test/stake/'])
    assert.deepEqual(domains(['packages/'], null), [])
  })
  it('takes what a change can reach: a test its domain, a contract all of them', (t) => {
    const domains = world(t)
    assert.deepEqual(domains([], ['contracts/test/token/C.t.sol']), ['contracts/test/token/'])
    assert.equal(domains([], ['contracts/src/stake/Stake.sol']).length, 2)
    assert.equal(domains([], ['contracts/sources.json']).length, 2)
    assert.deepEqual(domains([], ['packages/health/src/Record.ts']), [])
  })
})
