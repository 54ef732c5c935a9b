import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { defer } from '@ambrosia/testing/defer'
import { outwardFetch } from './outwardFetch.ts'

const OWN = 'http://127.0.0.1:8545'
const FAR = 'https://rpc.example'

describe('outwardFetch', () => {
  it('reaches this machine only from a development network that is on it', async (t) => {
    let askedCount = 0
    const server = createServer((_request, response) => {
      askedCount++
      response.end('inner')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    defer(t, () => void server.close())
    const inner = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
    assert.equal(await (await outwardFetch(OWN, true)(inner)).text(), 'inner')
    const refused = { code: 'Fetch.NotPublic' }
    for (const url of [
      inner,
      inner.replace('http:', 'https:'),
      inner.replace('127.0.0.1', 'localhost'),
    ]) {
      await assert.rejects(outwardFetch(FAR, true)(url), refused)
      await assert.rejects(outwardFetch(OWN, false)(url), refused)
      await assert.rejects(outwardFetch('https://127.0.0.1.example', true)(url), refused)
    }
    assert.equal(askedCount, 1)
  })

  it('takes no name that leads to this machine', async () => {
    await assert.rejects(outwardFetch(FAR, true)('https://localhost/health'), {
      code: 'Fetch.NotPublic',
    })
  })
})
