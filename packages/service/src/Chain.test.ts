import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import {
  type Address,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  type Hex,
  http,
  type PublicClient,
  parseAbi,
  toEventSelector,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import * as Chain from './Chain.ts'
import { type CursorTable, createStore, cursorMigration } from './ChainCursor.ts'
import * as Database from './Database.ts'
import { startAnvil } from './testing/startAnvil.ts'

const abi = parseAbi(['event Marked(uint256 value)'])
const account = mnemonicToAccount('test test test test test test test test test test test junk')

/** Runtime code: calldatacopy(0, 0, calldatasize); log1(0, calldatasize, topic). */
function codeOf(eventTopic: Hex): Hex {
  const runtime = `365f5f37${`7f${eventTopic.slice(2)}`}365fa100`
  const size = (runtime.length / 2).toString(16).padStart(2, '0')
  return `0x60${size}600a5f3960${size}5ff3${runtime}` as Hex
}

async function startChain(t: TestContext, args: readonly string[] = []) {
  const rpcUrl = await startAnvil(t, args)
  const client = await Chain.connect({ rpcUrl, chainId: 31337 })
  const wallet = createWalletClient({ account, transport: http(rpcUrl) })
  const hash = await wallet.sendTransaction({
    data: codeOf(toEventSelector('event Marked(uint256 value)')),
    chain: null,
  })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash, pollingInterval: 20 })
  const mark = async (value: bigint) => {
    const data = encodeAbiParameters([{ type: 'uint256' }], [value])
    const sent = await wallet.sendTransaction({ to: contractAddress as Address, data, chain: null })
    return client.waitForTransactionReceipt({ hash: sent, pollingInterval: 20 })
  }
  const test = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  return { rpcUrl, client, address: contractAddress as Address, mark, test }
}

async function startFollower(
  t: TestContext,
  options: { client: PublicClient; address: Address; confirmations: Chain.Finality },
) {
  const database = await Database.open<CursorTable>({
    url: 'sqlite::memory:',
    migrations: { '0001_cursor': cursorMigration },
  })
  t.after(() => database.destroy())
  const seen: { value: bigint; block: bigint }[] = []
  const undone: bigint[] = []
  const follow = {
    ...options,
    abi,
    from: 0n,
    cursor: createStore(database, 'test'),
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
    while (await Chain.followOnce<typeof abi>(follow as never));
    return seen.map(({ value }) => value)
  }
  return { catchUp, undone, follow }
}

describe('followEvents', () => {
  it('gives every event once and in order', async (t) => {
    const chain = await startChain(t)
    const { catchUp } = await startFollower(t, {
      ...chain,
      confirmations: { kind: 'blocks', count: 1 },
    })
    assert.deepEqual(await catchUp(), [])
    await chain.mark(1n)
    assert.deepEqual(await catchUp(), [1n])
    await chain.mark(2n)
    await chain.mark(3n)
    assert.deepEqual(await catchUp(), [1n, 2n, 3n])
    assert.deepEqual(await catchUp(), [1n, 2n, 3n])
  })

  it('waits for confirmations', async (t) => {
    const chain = await startChain(t)
    const { catchUp } = await startFollower(t, {
      ...chain,
      confirmations: { kind: 'blocks', count: 3 },
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
    const { catchUp } = await startFollower(t, { ...chain, confirmations: { kind: 'finalized' } })
    const { blockNumber } = await chain.mark(1n)
    const before = (await chain.client.getBlock({ blockTag: 'finalized' })).number
    assert.ok(before < blockNumber)
    assert.deepEqual(await catchUp(), [])
    await chain.test.mine({ blocks: 8 })
    assert.deepEqual(await catchUp(), [1n])
  })

  it('undoes what a reorganisation took back, and reads what came instead', async (t) => {
    const chain = await startChain(t)
    const { catchUp, undone } = await startFollower(t, {
      ...chain,
      confirmations: { kind: 'blocks', count: 1 },
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
    const { catchUp, follow } = await startFollower(t, {
      ...chain,
      confirmations: { kind: 'blocks', count: 1 },
    })
    await chain.mark(1n)
    const failing = {
      ...follow,
      onLogs: async () => {
        throw new Error('database is full')
      },
    }
    await assert.rejects(Chain.followOnce<typeof abi>(failing as never), /database is full/)
    assert.deepEqual(await catchUp(), [1n])
  })

  it('ends with its signal and outlives an absent node', async (t) => {
    const chain = await startChain(t)
    const controller = new AbortController()
    const { follow } = await startFollower(t, {
      ...chain,
      confirmations: { kind: 'blocks', count: 1 },
    })
    const client = (await Chain.connect({ rpcUrl: chain.rpcUrl, chainId: 31337 })) as PublicClient
    let failures = 0
    const unreachable = {
      ...client,
      getBlockNumber: async () => {
        throw new Error('connection refused to https://user:secret@node')
      },
    }
    await Chain.followEvents<typeof abi>({
      ...(follow as unknown as Chain.FollowOptions<typeof abi>),
      client: unreachable as unknown as PublicClient,
      signal: controller.signal,
      pollMs: 1,
      onUnreachable: (error) => {
        assert.ok(!(error as Error).message.includes('secret'))
        if (++failures === 3) controller.abort()
      },
    })
    assert.equal(failures, 3)
  })
})

describe('connect', () => {
  it('error: another chain, and no node', async (t) => {
    const { rpcUrl } = await startChain(t)
    await assert.rejects(Chain.connect({ rpcUrl, chainId: 1 }), { code: 'Chain.Mismatch' })
    const server = createServer((_request, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const wrong = { rpcUrl: `http://127.0.0.1:${port}`, chainId: 1 }
    await assert.rejects(Chain.connect(wrong), { code: 'Chain.Unreachable' })
  })
})
