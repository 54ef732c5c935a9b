import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { removeLeftovers } from './files.ts'

/** Runs a write in a process that ends by itself at a point of it; true where it did. */
function killAt(point: string, write: string, path: string): boolean {
  const program = `
    import { arm } from ${JSON.stringify(import.meta.resolve('./KillPoint.ts'))}
    import * as files from ${JSON.stringify(import.meta.resolve('./files.ts'))}
    arm(${JSON.stringify(point)})
    files.${write}(${JSON.stringify(path)}, new TextEncoder().encode('new'), 0o600)`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program])
  return signal === 'SIGKILL'
}

describe('files', () => {
  it('are old or new as a whole wherever their writer is killed', (t) => {
    const path = join(useFolder(t), 'keys.json')
    writeFileSync(path, 'old')
    assert.ok(killAt('file.keys.json.beside', 'writeFileAtomically', path))
    assert.equal(readFileSync(path, 'utf8'), 'old')
    assert.ok(killAt('file.keys.json.written', 'writeFileAtomically', path))
    assert.equal(readFileSync(path, 'utf8'), 'new')
  })

  it('that are written once are there as a whole or not at all', (t) => {
    const path = join(useFolder(t), 'password')
    assert.ok(killAt('file.password.beside', 'writeFileOnce', path))
    assert.ok(!existsSync(path))
    assert.ok(killAt('file.password.linked', 'writeFileOnce', path))
    assert.equal(readFileSync(path, 'utf8'), 'new')
    assert.ok(!killAt('file.other.linked', 'writeFileOnce', path))
  })

  it("that a killed writer left beside theirs go at the next start, and nobody else's", (t) => {
    const folder = useFolder(t)
    const path = join(folder, 'keys.json')
    writeFileSync(path, 'old')
    assert.ok(killAt('file.keys.json.beside', 'writeFileAtomically', path))
    assert.equal(readdirSync(folder).length, 2)
    const uuid = '0f0f0f0f-1111-4222-8333-444444444444'
    // Being written by a process that lives, and by an earlier one of our number.
    writeFileSync(join(folder, `keys.json.${process.ppid}.${uuid}`), 'new')
    writeFileSync(join(folder, `keys.json.${process.pid}.${uuid}`), 'new')
    writeFileSync(join(folder, uuid), 'of another kind')
    removeLeftovers(folder)
    const kept = [uuid, 'keys.json', `keys.json.${process.ppid}.${uuid}`]
    assert.deepEqual(readdirSync(folder).sort(), kept)
    removeLeftovers(join(folder, 'not-there'))
  })
})
