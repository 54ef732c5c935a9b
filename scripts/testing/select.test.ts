import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { readGraph } from '../source/Graph.ts'
import { affectedTests, matches, testFiles } from './select.ts'

const FILES = {
  'package.json': '{"workspaces":["packages/*","apps/*","contracts","e2e"]}',
  'packages/a/src/a.ts': 'export const a = 1',
  'packages/a/src/a.test.ts': "import { a } from './a.ts'; readVectors('a')",
  'packages/b/src/b.ts': "export type { a } from '@ambrosia/a/a'",
  'packages/b/src/b.test.ts': "import './b.ts'",
  'packages/b/src/other.test.ts': '',
  'packages/chain/src/deploy.test.ts': '',
  'packages/devnet/src/start.ts': '',
  'apps/store/src/main.ts': "import './serve.ts'",
  'apps/store/src/serve.ts': '',
  'e2e/sale.test.ts': "import '@ambrosia/devnet/start'",
  'e2e/dispute.sim.ts': '',
}

function world(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-select-'))
  t.after(() => rmSync(root, { recursive: true }))
  const manifests = ['packages/a', 'packages/b', 'packages/devnet', 'apps/store'].map((folder) => [
    `${folder}/package.json`,
    `{"name":"@ambrosia/${folder.split('/')[1]}","exports":{"./*":"./src/*.ts"}}`,
  ])
  for (const [path, text] of [...Object.entries(FILES), ...manifests] as [string, string][]) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const graph = readGraph(root)
  const tests = testFiles(root)
  return { tests, affected: (...changed: string[]) => affectedTests(root, graph, tests, changed) }
}

describe('testFiles', () => {
  it('finds tests and simulations', (t) => {
    const { tests } = world(t)
    assert.equal(tests.length, 6)
    assert.ok(tests.includes('e2e/dispute.sim.ts'))
  })
})

describe('matches', () => {
  it('takes a path by its beginning or a part, with or without the dots of a shell', () => {
    assert.ok(matches('packages/a/src/a.test.ts', ['./packages/a/']))
    assert.ok(matches('packages/a/src/a.test.ts', []))
    assert.ok(!matches('packages/a/src/a.test.ts', ['packages/b']))
  })
})

describe('affectedTests', () => {
  it('follows imports over packages, types included', (t) => {
    const { affected } = world(t)
    assert.deepEqual(affected('packages/a/src/a.ts'), [
      'packages/a/src/a.test.ts',
      'packages/b/src/b.test.ts',
    ])
    assert.deepEqual(affected('packages/b/src/other.test.ts'), ['packages/b/src/other.test.ts'])
  })

  it('follows services that are started as processes', (t) => {
    assert.deepEqual(world(t).affected('apps/store/src/serve.ts'), ['e2e/sale.test.ts'])
  })

  it('follows data: vectors to those who name them, Solidity to the chain, the rest in its workspace', (t) => {
    const { affected } = world(t)
    assert.deepEqual(affected('vectors/a/v.json'), ['packages/a/src/a.test.ts'])
    assert.deepEqual(affected('contracts/src/A.sol'), ['packages/chain/src/deploy.test.ts'])
    assert.deepEqual(affected('packages/b/table.json'), [
      'packages/b/src/b.test.ts',
      'packages/b/src/other.test.ts',
    ])
  })

  it('takes everything for a change of what all share, nothing for a document', (t) => {
    const { affected, tests } = world(t)
    assert.deepEqual(affected('package-lock.json'), tests)
    assert.deepEqual(affected('notes/x.md', 'README.md'), [])
  })
})
