import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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
  it('reads network.json', () => {
    const network = Network.parse(JSON.stringify(plain))
    assert.equal(Network.contractOf(network, 'dealBook').toLowerCase(), address)
    assert.equal(Network.contractOf(network, 'MedToken').toLowerCase(), address)
    assert.deepEqual(network.services.oracles, [])
    assert.deepEqual(Network.finalityOf(network, 'development'), { kind: 'blocks', count: 1 })
    assert.equal(Network.fromBlockOf(network), 0n)
  })

  it('waits for finality in production', () => {
    const network = Network.fromJson({ ...plain, confirmations: 'finalized' })
    assert.deepEqual(Network.finalityOf(network, 'production'), { kind: 'finalized' })
    assert.throws(() => Network.finalityOf(Network.fromJson(plain), 'production'), {
      code: 'Network.Invalid',
    })
  })

  it('names what is wrong, and no value', () => {
    const cut = { code: 'Network.Invalid', message: / its JSON$/ }
    assert.throws(() => Network.parse('{'), cut)
    const bad: [string, object][] = [
      ['version', { version: 2 }],
      ['chainId', { chainId: 0 }],
      ['chainId', { chainId: '1' }],
      ['rpcUrl', { rpcUrl: 'nowhere' }],
      ['confirmations', { confirmations: 0 }],
      ['confirmations', { confirmations: 'latest' }],
      ['contracts.DealBook', { contracts: { DealBook: '0x12' } }],
      ['deployedAtBlock', { deployedAtBlock: -1 }],
      ['services', { services: null }],
      ['contracts', { contracts: { 'not a name~': 1 } }],
      ['services.issuer', { services: { issuer: 'file:///etc/passwd' } }],
      ['services.store', { services: { store: 'http://127.0.0.1:4200/' } }],
      ['services.oracles', { services: { oracles: 'http://127.0.0.1:4301' } }],
      ['services.oracles', { services: { oracles: ['nowhere'] } }],
    ]
    for (const [at, change] of bad) {
      const wrong = { code: 'Network.Invalid', message: new RegExp(` ${at.replace('.', '\\.')}$`) }
      assert.throws(() => Network.fromJson({ ...plain, ...change }), wrong, at)
    }
    assert.throws(() => Network.contractOf(Network.fromJson(plain), 'didRegistry'), {
      code: 'Network.Invalid',
    })
  })
})
