import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { readNetwork } from './readNetwork.ts'

describe('readNetwork', () => {
  it('reads the file, and tells one that is absent from one that is wrong', (t) => {
    const path = join(useFolder(t), 'network.json')
    assert.throws(() => readNetwork(path), { code: 'Network.Unreadable' })
    writeFileSync(path, '{"version":1')
    assert.throws(() => readNetwork(path), { code: 'Network.Invalid' })
    const network = { version: 1, chainId: 1, rpcUrl: 'http://127.0.0.1:1', confirmations: 1 }
    writeFileSync(path, JSON.stringify(network))
    assert.equal(readNetwork(path).chainId, 1)
  })
})
