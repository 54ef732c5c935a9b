import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createPublicClient, http } from 'viem'
import { findEvent, readEvents } from './readEvents.ts'
import { limitedClient, marksAbi, startMarks } from './testing/marks.ts'
import { startAnvil } from './testing/startAnvil.ts'

const query = { abi: marksAbi, eventName: 'Marked' } as const

async function startTen(t: TestContext) {
  const chain = await startMarks(await startAnvil(t))
  const blocks: bigint[] = []
  for (let value = 1n; value <= 10n; value++) blocks.push((await chain.mark(value)).blockNumber)
  return { ...chain, blocks, query: { ...query, address: chain.address } }
}

describe('readEvents', () => {
  it('gives every event in order, whatever the size of a range', async (t) => {
    const chain = await startTen(t)
    for (const rangeBlocks of [1n, 3n, 10n, 11n, 10_000n]) {
      const span = { fromBlock: 0n, rangeBlocks }
      const values = (await readEvents(chain.client, chain.query, span)).map(
        (log) => log.args.value,
      )
      assert.deepEqual(
        values,
        [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n],
        `ranges of ${rangeBlocks}`,
      )
    }
  })

  it('keeps to its span, both ends included', async (t) => {
    const chain = await startTen(t)
    const span = { fromBlock: chain.blocks[2]!, toBlock: chain.blocks[4]! }
    const logs = await readEvents(chain.client, chain.query, span)
    assert.deepEqual(
      logs.map((log) => log.args.value),
      [3n, 4n, 5n],
    )
    const empty = { fromBlock: chain.blocks[4]!, toBlock: chain.blocks[2]! }
    assert.deepEqual(await readEvents(chain.client, chain.query, empty), [])
  })

  it('asks for less where the node refuses, and stays with what it took', async (t) => {
    const chain = await startTen(t)
    const asked: bigint[] = []
    const client = limitedClient(chain.rpcUrl, 3n, (blocks) => asked.push(blocks))
    const logs = await readEvents(client, chain.query, { fromBlock: 0n })
    assert.equal(logs.length, 10)
    const refused = asked.filter((blocks) => blocks > 3n).length
    assert.equal(
      refused,
      asked.findIndex((blocks) => blocks <= 3n),
      'refusals come first alone',
    )
  })

  it('refuses a node that refuses even one block, and one that does not answer', async (t) => {
    const chain = await startTen(t)
    const client = limitedClient(chain.rpcUrl, 0n)
    await assert.rejects(readEvents(client, chain.query, { fromBlock: 0n }), {
      code: 'Chain.Unreachable',
    })
    const absent = createPublicClient({
      transport: http('http://user:secret@127.0.0.1:1', { retryCount: 0 }),
    })
    const failing = readEvents(absent, chain.query, { fromBlock: 0n, toBlock: 9n })
    await assert.rejects(failing, (error: Error & { code: string }) => {
      assert.equal(error.code, 'Chain.Unreachable')
      assert.ok(!error.message.includes('secret'))
      return true
    })
  })
})

describe('findEvent', () => {
  it('gives the newest, and reads no further back', async (t) => {
    const chain = await startTen(t)
    const asked: bigint[] = []
    const client = limitedClient(chain.rpcUrl, 100n, (blocks) => asked.push(blocks))
    const found = await findEvent(client, chain.query, { fromBlock: 0n, rangeBlocks: 4n })
    assert.equal(found?.args.value, 10n)
    assert.equal(asked.length, 1)
  })

  it('gives undefined where there is none', async (t) => {
    const chain = await startTen(t)
    const before = { fromBlock: 0n, toBlock: chain.blocks[0]! - 1n, rangeBlocks: 1n }
    assert.equal(await findEvent(chain.client, chain.query, before), undefined)
  })
})
