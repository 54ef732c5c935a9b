import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPublicClient, custom, type PublicClient } from 'viem'
import { askOncePerBlock } from './askOncePerBlock.ts'

const ADDRESS = '0x1111111111111111111111111111111111111111'

/** A node that counts what it is asked, whose newest block moves when it is told to. */
function world(maximumAgeMs: number) {
  const asked: string[] = []
  const node = { number: 1, fails: false, logs: 1, receipt: null as object | null }
  const answer = ({ method }: { method: string }): unknown => {
    asked.push(method)
    if (node.fails) throw new Error('unreachable')
    const number = `0x${node.number.toString(16)}`
    if (method === 'eth_getBlockByNumber') {
      const hash = `0x${node.number.toString(16).padStart(64, '0')}`
      return { number, hash, transactions: [], timestamp: '0x1' }
    }
    if (method === 'eth_getLogs') return Array.from({ length: node.logs }, () => ({ topics: [] }))
    if (method === 'eth_getTransactionReceipt') return node.receipt
    return number
  }
  const transport = custom({ request: async (call) => answer(call) }, { retryCount: 0 })
  const client: PublicClient = createPublicClient({
    transport: askOncePerBlock(transport, maximumAgeMs),
    cacheTime: 0,
  })
  const raw = (method: string, ...params: unknown[]) =>
    client.request({ method, params } as never) as Promise<unknown>
  return { asked, node, client, raw, count: (method: string) => count(asked, method) }
}

function count(asked: readonly string[], method: string): number {
  return asked.filter((one) => one === method).length
}

describe('askOncePerBlock', () => {
  it('asks the node once for each block, together too', async () => {
    const { node, client, count, asked } = world(0)
    const balance = () => client.getBalance({ address: ADDRESS })
    assert.deepEqual([await balance(), await balance()], [1n, 1n])
    await Promise.all([balance(), balance()])
    assert.equal(count('eth_getBalance'), 1)
    node.number = 2
    assert.equal(await balance(), 2n)
    assert.equal(count('eth_getBalance'), 2)
    assert.equal(await client.getBlockNumber(), 2n)
    assert.equal(count('eth_blockNumber'), 0)
    assert.equal(asked.includes('eth_getBlockByNumber'), true)
  })

  it('looks for another block no sooner than it is told to', async () => {
    const { node, client, count } = world(60_000)
    assert.equal(await client.getBlockNumber(), 1n)
    node.number = 2
    assert.equal(await client.getBlockNumber(), 1n)
    assert.equal(count('eth_getBlockByNumber'), 1)
  })

  it('looks again after a transaction of our own is sent, and when it is in a block', async () => {
    const { node, client, raw } = world(60_000)
    await client.getBlockNumber()
    node.number = 2
    await raw('eth_sendRawTransaction', '0x')
    assert.equal(await client.getBlockNumber(), 2n)
    node.number = 3
    await raw('eth_getTransactionReceipt', '0x')
    assert.equal(await client.getBlockNumber(), 3n, 'while it waits, every time')
    node.number = 4
    node.receipt = {}
    await raw('eth_getTransactionReceipt', '0x')
    assert.equal(await client.getBlockNumber(), 4n)
    node.number = 5
    assert.equal(await client.getBlockNumber(), 4n, 'and then no sooner than before')
  })

  it('tells apart what is asked, and passes on what has nothing to do with a block', async () => {
    const { client, raw, count } = world(60_000)
    await client.getBalance({ address: ADDRESS })
    await client.getBalance({ address: ADDRESS.replace('1', '2') as typeof ADDRESS })
    await client.getBalance({ address: ADDRESS, blockTag: 'pending' })
    await client.getBalance({ address: ADDRESS, blockTag: 'pending' })
    assert.equal(count('eth_getBalance'), 4)
    await raw('eth_getTransactionCount', ADDRESS, 'latest')
    await raw('eth_getTransactionCount', ADDRESS, 'latest')
    assert.equal(count('eth_getTransactionCount'), 2)
  })

  it('keeps no failure and no long list', async () => {
    const { node, raw, client, count } = world(60_000)
    node.fails = true
    await assert.rejects(client.getBlockNumber())
    node.fails = false
    assert.equal(await client.getBlockNumber(), 1n)
    node.fails = true
    await assert.rejects(client.getBalance({ address: ADDRESS }))
    node.fails = false
    assert.equal(await client.getBalance({ address: ADDRESS }), 1n)
    node.logs = 101
    for (const _ of [1, 2]) await raw('eth_getLogs', {})
    assert.equal(count('eth_getLogs'), 2)
    node.logs = 100
    for (const _ of [1, 2]) await raw('eth_getLogs', {})
    assert.equal(count('eth_getLogs'), 3)
  })
})
