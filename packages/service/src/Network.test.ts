import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Network from './Network.ts'

const address = `0x${'ab'.repeat(20)}`
const plain = {
  version: 1,
  chainId: 31337,
  rpcUrl: 'http://127.0.0.1:8545',
  contracts: { DealBook: address, medToken: address },
  services: { store: 'http://127.0.0.1:4200' },
  confirmations: 1,
}

describe('Network', () => {
  it('reads network.json', (t) => {
    const path = join(useFolder(t), 'network.json')
    writeFileSync(path, JSON.stringify(plain))
    const network = Network.read(path)
    assert.equal(Network.contractOf(network, 'dealBook').toLowerCase(), address)
    assert.equal(Network.contractOf(network, 'MedToken').toLowerCase(), address)
    assert.deepEqual(network.services.oracles, [])
    assert.deepEqual(Network.finalityOf(network, 'development'), { kind: 'blocks', count: 1 })
    assert.equal(Network.fromBlockOf(network), 0n)
  })

  it('waits for finality in production', () => {
    const network = Network.parse({ ...plain, confirmations: 'finalized' })
    assert.deepEqual(Network.finalityOf(network, 'production'), { kind: 'finalized' })
    assert.throws(() => Network.finalityOf(Network.parse(plain), 'production'), {
      code: 'Network.Invalid',
    })
  })

  it('names what is wrong', (t) => {
    const path = join(useFolder(t), 'network.json')
    assert.throws(() => Network.read(path), { code: 'Network.Unreadable' })
    writeFileSync(path, '{')
    assert.throws(() => Network.read(path), { code: 'Network.Unreadable' })
    const bad: [string, object][] = [
      ['version', { version: 2 }],
      ['chainId', { chainId: 0 }],
      ['chainId', { chainId: '1' }],
      ['rpcUrl', { rpcUrl: 'nowhere' }],
      ['confirmations', { confirmations: 0 }],
      ['confirmations', { confirmations: 'latest' }],
      ['contracts.DealBook', { contracts: { DealBook: '0x12' } }],
      ['deployedAtBlock', { deployedAtBlock: -1 }],
    ]
    for (const [at, change] of bad) {
      const wrong = { code: 'Network.Invalid', message: new RegExp(` ${at.replace('.', '\\.')}$`) }
      assert.throws(() => Network.parse({ ...plain, ...change }), wrong, at)
    }
    assert.throws(() => Network.contractOf(Network.parse(plain), 'didRegistry'), {
      code: 'Network.Invalid',
    })
  })
})
