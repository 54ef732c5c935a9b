import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Address, createPublicClient, custom } from 'viem'
import type { Finality } from './finality.ts'
import { type Cursor, followEvents, followOnce } from './follow.ts'
import type { Reader } from './read/Deployed.ts'
import { limitedClient, marksAbi, startMarks } from './testing/marks.ts'
import { startAnvil } from './testing/startAnvil.ts'

async function startChain(t: TestContext, args: readonly string[] = []) {
  return await startMarks(await startAnvil(t, args))
}

function startFollower(options: { client: Reader; address: Address; finality: Finality }) {
  let cursor: Cursor = []
  const seen: { value: bigint; block: bigint }[] = []
  const undone: bigint[] = []
  const follow = {
    ...options,
    abi: marksAbi,
    from: 0n,
    cursor: {
      read: async () => cursor,
      write: async (next: Cursor) => {
        cursor = next
      },
    },
    signal: new AbortController().signal,
    onLogs: async (logs: readonly { args: { value: bigint }; blockNumber: bigint }[]) => {
      for (const log of logs) seen.push({ value: log.args.value, block: log.blockNumber })
    },
    onReorganisation: async (from: bigint) => {
      undone.push(from)
      const kept = seen.filter(({ block }) => block < from)
      seen.splice(0, seen.length, ...kept)
    },
  }
  const catchUp = async () => {
    while (await followOnce(follow));
    return seen.map(({ value }) => value)
  }
  return { catchUp, undone, follow }
}

describe('followEvents', () => {
  it('gives every event once and in order', async (t) => {
    const chain = await startChain(t)
    const { catchUp } = startFollower({
      ...chain,
      finality: { kind: 'blocks', count: 1 },
    })
    assert.deepEqual(await catchUp(), [])
    await chain.mark(1n)
    assert.deepEqual(await catchUp(), [1n])
    await chain.mark(2n)
    await chain.mark(3n)
    assert.deepEqual(await catchUp(), [1n, 2n, 3n])
    assert.deepEqual(await catchUp(), [1n, 2n, 3n])
  })

  it('asks the node one question while nothing happens', async (t) => {
    const chain = await startChain(t)
    let questions = 0
    const client = createPublicClient({
      transport: custom({
        request: async (args) => {
          questions++
          return await chain.client.request(args)
        },
      }),
    })
    const finality = { kind: 'blocks', count: 1 } as const
    const { catchUp } = startFollower({ ...chain, client, finality })
    await chain.mark(1n)
    assert.deepEqual(await catchUp(), [1n])
    questions = 0
    assert.deepEqual(await catchUp(), [1n])
    assert.equal(questions, 1)
    await chain.mark(2n)
    assert.deepEqual(await catchUp(), [1n, 2n])
  })

  it('waits for confirmations', async (t) => {
    const chain = await startChain(t)
    const { catchUp } = startFollower({
      ...chain,
      finality: { kind: 'blocks', count: 3 },
    })
    await chain.mark(1n)
    assert.deepEqual(await catchUp(), [])
    await chain.test.mine({ blocks: 1 })
    assert.deepEqual(await catchUp(), [])
    await chain.test.mine({ blocks: 1 })
    assert.deepEqual(await catchUp(), [1n])
  })

  it('waits for the finalized tag', async (t) => {
    const chain = await startChain(t, ['--slots-in-an-epoch', '2'])
    const { catchUp } = startFollower({ ...chain, finality: { kind: 'finalized' } })
    const { blockNumber } = await chain.mark(1n)
    const before = (await chain.client.getBlock({ blockTag: 'finalized' })).number
    assert.ok(before < blockNumber)
    assert.deepEqual(await catchUp(), [])
    await chain.test.mine({ blocks: 8 })
    assert.deepEqual(await catchUp(), [1n])
  })

  it('undoes what a reorganisation took back, and reads what came instead', async (t) => {
    const chain = await startChain(t)
    const { catchUp, undone } = startFollower({
      ...chain,
      finality: { kind: 'blocks', count: 1 },
    })
    await chain.mark(1n)
    await catchUp()
    const id = await chain.test.snapshot()
    const { blockNumber } = await chain.mark(2n)
    assert.deepEqual(await catchUp(), [1n, 2n])
    await chain.test.revert({ id })
    await chain.mark(4n)
    await chain.mark(5n)
    assert.deepEqual(await catchUp(), [1n, 4n, 5n])
    assert.deepEqual(undone, [blockNumber])
  })

  it('starts where it ended, and repeats a range whose handling failed', async (t) => {
    const chain = await startChain(t)
    const { catchUp, follow } = startFollower({
      ...chain,
      finality: { kind: 'blocks', count: 1 },
    })
    await chain.mark(1n)
    const failing = {
      ...follow,
      onLogs: async () => {
        throw new Error('database is full')
      },
    }
    await assert.rejects(followOnce(failing), /database is full/)
    assert.deepEqual(await catchUp(), [1n])
  })

  it('ends with its signal and outlives an absent node', async (t) => {
    const chain = await startChain(t)
    const controller = new AbortController()
    const { follow } = startFollower({
      ...chain,
      finality: { kind: 'blocks', count: 1 },
    })
    let failures = 0
    const client = createPublicClient({
      transport: custom(
        {
          request: async () => {
            throw new Error('connection refused to https://user:secret@node')
          },
        },
        { retryCount: 0 },
      ),
    })
    await followEvents({
      ...follow,
      client,
      signal: controller.signal,
      pollMs: 1,
      onUnreachable: (error) => {
        assert.ok(!(error as Error).message.includes('secret'))
        if (++failures === 3) controller.abort()
      },
    })
    assert.equal(failures, 3)
  })

  it('reads in ranges that the node takes, every event once', async (t) => {
    const chain = await startChain(t)
    for (let value = 1n; value <= 12n; value++) await chain.mark(value)
    const spans: bigint[] = []
    const client = limitedClient(chain.rpcUrl, 4n, (blocks) => spans.push(blocks))
    const { catchUp } = startFollower({
      client,
      address: chain.address,
      finality: { kind: 'blocks', count: 1 },
    })
    assert.deepEqual(await catchUp(), [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n])
    assert.ok(spans.some((blocks) => blocks > 4n))
    assert.ok(spans.filter((blocks) => blocks <= 4n).length >= 4)
  })
})
