import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { prune, reachable } from './prune.mjs'

const LOCK = {
  '': { devDependencies: { tool: '1.0.0' } },
  'packages/a': { dependencies: { x: '1.0.0', b: '1.0.0' }, devDependencies: { dev: '1.0.0' } },
  'packages/b': { dependencies: { y: '1.0.0' } },
  circuits: { dependencies: { heavy: '1.0.0' } },
  'node_modules/b': { resolved: 'packages/b', link: true },
  'node_modules/x': { optionalDependencies: { z: '1.0.0' }, devDependencies: { never: '1.0.0' } },
  'node_modules/x/node_modules/z': {},
  'node_modules/z': {},
  'node_modules/y': { peerDependencies: { x: '1.0.0', absent: '1.0.0' } },
  'node_modules/dev': { dependencies: { shared: '1.0.0' } },
  'node_modules/heavy': { dependencies: { shared: '1.0.0' } },
  'node_modules/shared': {},
  'node_modules/tool': {},
  'node_modules/never': {},
}

describe('reachable', () => {
  it('follows links, nested packages first, and no development dependency of a package', () => {
    assert.deepEqual([...reachable(LOCK, ['packages/a'], false)].sort(), [
      'node_modules/b',
      'node_modules/x',
      'node_modules/x/node_modules/z',
      'node_modules/y',
      'packages/a',
      'packages/b',
    ])
  })

  it('follows development dependencies of ours where they are asked for', () => {
    const reached = reachable(LOCK, ['', 'packages/a'], true)
    for (const name of ['dev', 'shared', 'tool'])
      assert.ok(reached.has(`node_modules/${name}`), name)
    assert.ok(!reached.has('node_modules/heavy'))
    assert.ok(!reached.has('node_modules/never'))
  })
})

describe('prune', () => {
  it('removes what no chosen workspace needs, and what npm remembers of it', (t) => {
    const root = mkdtempSync(join(tmpdir(), 'ambrosia-prune-'))
    t.after(() => rmSync(root, { recursive: true }))
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: LOCK }))
    for (const name of ['x', 'shared'])
      mkdirSync(join(root, 'node_modules', name), { recursive: true })
    const hidden = join(root, 'node_modules/.package-lock.json')
    const packages = { 'node_modules/x': {}, 'node_modules/shared': {}, 'packages/a': {} }
    writeFileSync(hidden, JSON.stringify({ packages }))
    prune(root, ['packages/a'], false)
    assert.ok(existsSync(join(root, 'node_modules/x')))
    assert.ok(!existsSync(join(root, 'node_modules/shared')))
    const left = Object.keys(JSON.parse(readFileSync(hidden, 'utf8')).packages)
    assert.deepEqual(left, ['node_modules/x', 'packages/a'])
    prune(root, ['packages/a'], true)
    assert.ok(existsSync(join(root, 'node_modules/x')))
  })
})
