import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { assertFree, writeNamed } from './namedFiles.ts'

const MODULE = new URL('./namedFiles.ts', import.meta.url).href

describe('writeNamed', () => {
  it('writes for the owner alone, and over nothing unless it is asked to', (t) => {
    const folder = useFolder(t)
    const path = join(folder, 'offer.json')
    assertFree(path)
    writeNamed(path, 'one')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.throws(() => assertFree(path), { code: 'Cli.Usage' })
    assert.throws(() => writeNamed(path, 'two'), { code: 'Cli.Usage', message: /exists already/ })
    assert.equal(readFileSync(path, 'utf8'), 'one')
    writeNamed(path, 'two', { over: true })
    assert.equal(readFileSync(path, 'utf8'), 'two')
    assert.deepEqual(readdirSync(folder), ['offer.json'])
  })

  it('leaves nothing cut where the disk takes no more, neither new nor instead of what was there', (t) => {
    const folder = useFolder(t)
    writeFileSync(join(folder, 'old.json'), 'old')
    const script = `
      import { writeNamed } from ${JSON.stringify(MODULE)}
      for (const name of ['new.json', 'old.json']) {
        try {
          writeNamed(name, 'x'.repeat(1 << 20), { over: true })
        } catch (error) {
          console.log(error.code + ' ' + error.message)
        }
      }`
    const limited = ['-c', 'ulimit -f 8 && exec "$0" --input-type=module --eval "$1"']
    const run = spawnSync('sh', [...limited, process.execPath, script], {
      cwd: folder,
      encoding: 'utf8',
    })
    assert.equal(
      run.stdout,
      ['new.json', 'old.json']
        .map((name) => `Cli.Usage ${name} cannot be written: the disk takes no more of it\n`)
        .join(''),
      run.stderr,
    )
    assert.deepEqual(readdirSync(folder), ['old.json'])
    assert.equal(readFileSync(join(folder, 'old.json'), 'utf8'), 'old')
  })

  it('names what cannot be written', (t) => {
    const folder = useFolder(t)
    mkdirSync(join(folder, 'sub'))
    for (const path of [join(folder, 'none', 'x.json'), join(folder, 'sub')]) {
      assert.throws(() => writeNamed(path, 'x', { over: true }), { code: 'Cli.Usage' })
    }
    assert.deepEqual(readdirSync(folder), ['sub'])
  })
})
