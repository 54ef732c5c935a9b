import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { start } from './Network.ts'
import { claimHome, ownerOf, releaseHome } from './Owner.ts'

function useHome(t: { after(work: () => void): void }): string {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-owner-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return home
}

const ports = { chain: 0, issuer: 0, store: 0, firstOracle: 0 }

describe('the owner of a home', () => {
  it('error: a second network in one home is refused before it deletes anything', async (t) => {
    const home = useHome(t)
    claimHome(home)
    writeFileSync(join(home, 'network.json'), '{}')
    for (const fresh of [false, true]) {
      await assert.rejects(start({ home, ports, fresh }), { code: 'Network.AlreadyUp' })
    }
    assert.equal(ownerOf(home), process.pid)
    releaseHome(home)
    assert.equal(ownerOf(home), undefined)
  })

  it('behavior: what a process that has ended left behind is no owner', (t) => {
    const home = useHome(t)
    for (const text of ['', 'x', '-1', '4194304999']) {
      writeFileSync(join(home, 'up.pid'), text)
      assert.equal(ownerOf(home), undefined, text)
      claimHome(home)
      releaseHome(home)
    }
  })

  it('behavior: interrupted before it stands, a network ends and leaves the home free', async (t) => {
    const home = useHome(t)
    const interrupting = new AbortController()
    const started = start({
      home,
      ports,
      signal: interrupting.signal,
      onStep: (step) => {
        if (step === 'contracts') interrupting.abort()
      },
    })
    await assert.rejects(started, { code: 'Interrupted' })
    assert.equal(ownerOf(home), undefined)
  })
})
