import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { start } from './Network.ts'
import { claimHome, ownerOf, releaseHome } from './Owner.ts'
import { ANY_PORTS } from './Ports.ts'

describe('the owner of a home', () => {
  it('a second network in one home is refused before it deletes anything', async (t) => {
    const home = useFolder(t)
    claimHome(home)
    writeFileSync(join(home, 'network.json'), '{}')
    for (const fresh of [false, true]) {
      await assert.rejects(start({ home, ports: ANY_PORTS, fresh }), { code: 'Network.AlreadyUp' })
    }
    assert.equal(ownerOf(home), process.pid)
    releaseHome(home)
    assert.equal(ownerOf(home), undefined)
  })

  it('what a process that has ended left behind is not an owner', (t) => {
    const home = useFolder(t)
    for (const text of ['', 'x', '-1', '4194304999']) {
      writeFileSync(join(home, 'up.pid'), text)
      assert.equal(ownerOf(home), undefined, text)
      claimHome(home)
      releaseHome(home)
    }
  })

  it("a claim from before the machine was started is nobody's, whoever has its number now", (t) => {
    const home = useFolder(t)
    claimHome(home)
    utimesSync(join(home, 'up.pid'), 1, 1)
    assert.equal(ownerOf(home), undefined)
  })

  it('interrupted before it stands, a network ends and leaves the home free', async (t) => {
    const home = useFolder(t)
    const interrupting = new AbortController()
    const started = start({
      home,
      ports: ANY_PORTS,
      signal: interrupting.signal,
      onStep: (step) => {
        if (step === 'contracts') interrupting.abort()
      },
    })
    await assert.rejects(started, { code: 'Interrupted' })
    assert.equal(ownerOf(home), undefined)
  })
})
