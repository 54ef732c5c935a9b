import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { isLockCurrent, lockfileProblems } from './lockfile.mjs'

const MANIFESTS = ['package.json']

/** A root with a package.json that asks for `a`, and the lock given. */
function world(t: TestContext, packages: object | null): string {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-lock-'))
  t.after(() => rmSync(root, { recursive: true }))
  writeFileSync(join(root, 'package.json'), '{"devDependencies":{"b":"1.0.0","a":"1.0.0"}}')
  if (packages !== null) {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }))
  }
  return root
}

const ROOT_ENTRY = { devDependencies: { a: '1.0.0', b: '1.0.0' } }

describe('lockfileProblems', () => {
  it('finds nothing where everything is pinned, in whatever order', (t) => {
    const root = world(t, {
      '': ROOT_ENTRY,
      'node_modules/a': { optionalDependencies: { '@x/linux': '1.0.0' } },
      'node_modules/b': {},
      'node_modules/a/node_modules/@x/linux': { optional: true },
    })
    assert.deepEqual(lockfileProblems(root, MANIFESTS), [])
    assert.equal(isLockCurrent(root, MANIFESTS), true)
  })

  it('finds a manifest that asks for something else', (t) => {
    const root = world(t, { '': { devDependencies: { a: '1.0.1', b: '1.0.0' } } })
    assert.deepEqual(lockfileProblems(root, MANIFESTS), [
      'package.json and package-lock.json differ in devDependencies',
    ])
    assert.equal(isLockCurrent(root, MANIFESTS), false)
  })

  it("finds another platform's package that is not pinned", (t) => {
    const optionalDependencies = { '@x/linux': '1.0.0', '@x/darwin': '1.0.0' }
    const root = world(t, {
      '': ROOT_ENTRY,
      'node_modules/a': { optionalDependencies },
      'node_modules/@x/linux': {},
    })
    assert.deepEqual(lockfileProblems(root, MANIFESTS), [
      '@x/darwin, optional for node_modules/a, is not pinned',
    ])
    assert.equal(isLockCurrent(root, MANIFESTS), true)
  })

  it('finds the address of a registry', (t) => {
    const root = world(t, {
      '': ROOT_ENTRY,
      'node_modules/a': { resolved: 'https://r.test/a.tgz' },
    })
    assert.deepEqual(lockfileProblems(root, MANIFESTS), [
      'node_modules/a names the host it came from',
    ])
  })

  it('finds a lockfile that is missing', (t) => {
    const root = world(t, null)
    assert.deepEqual(lockfileProblems(root, MANIFESTS), ['package-lock.json is missing'])
    assert.equal(isLockCurrent(root, MANIFESTS), false)
  })
})
