import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Graph } from '../source/Graph.ts'
import { inputsHash } from './inputs.ts'

const GENERATOR = 'packages/a/gen/table.ts'
const FILES = [
  GENERATOR,
  'packages/a/data.json',
  'packages/b/src/b.ts',
  'packages/c/src/c.ts',
  'vectors/v.json',
  'packages/b/src/b.test.ts',
  'contracts/src/C.sol',
]
/** What the generator neither reaches nor names, or never reads. */
const UNREAD = ['packages/c/src/c.ts', 'packages/b/src/b.test.ts', 'contracts/src/C.sol']
const GRAPH: Graph = new Map([
  [
    GENERATOR,
    [
      {
        specifier: '@ambrosia/b',
        target: 'packages/b/src/b.ts',
        isType: false,
        kind: 'import',
        line: 1,
      },
    ],
  ],
])

function world(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-inputs-'))
  t.after(() => rmSync(root, { recursive: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of FILES) write(path, path === GENERATOR ? "read('vectors/v.json')" : path)
  return { write, hash: () => inputsHash(root, GRAPH, FILES, GENERATOR) }
}

describe('inputsHash', () => {
  for (const path of FILES.filter((file) => !UNREAD.includes(file))) {
    it(`changes with ${path}`, (t) => {
      const { write, hash } = world(t)
      const before = hash()
      assert.equal(hash(), before)
      write(path, 'changed')
      assert.notEqual(hash(), before)
    })
  }

  for (const path of UNREAD) {
    it(`stays with ${path}`, (t) => {
      const { write, hash } = world(t)
      const before = hash()
      write(path, 'changed')
      assert.equal(hash(), before)
    })
  }
})
