import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { assertionsAbi, batchesAbi } from '@ambrosia/chain/abi/rollup'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type Alone, startAlone } from '@ambrosia/devnet/l2/startAlone'
import { DEVELOPMENT_DISPUTE, L2_CHAIN_ID } from '@ambrosia/devnet/l2/startL2'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { defer, endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type LocalAccount,
  parseEther,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const WAIT_MS = 120_000
const KILLED = { exitCode: null, signal: 'SIGKILL' }
const PAID = parseEther('1')

/**
 * Every write of sequencer, batcher and asserter, in the order in which a transaction meets them.
 */
const POINTS = [
  'node.block.kept',
  'node.block.adopted',
  'node.batch.kept',
  'node.batch.certified',
  'node.batch.posted',
  'node.assertion.claimed',
  'node.assertion.made',
] as const

/**
 * Each test starts again what it killed, at the same home: what a crash leaves behind is what it
 * goes on from.
 */
describe('a node that is killed half-way', () => {
  const suite = endOfSuite()
  let ground: Alone
  let home: string
  let user: LocalAccount
  let paid = 0

  before(async () => {
    home = useFolder(suite)
    ground = await startAlone({ home, chainPort: 0, l2Port: 0, choices: { cadenceSec: 2 } })
    defer(suite, () => ground.stop())
    user = privateKeyToAccount(generatePrivateKey())
    await deposit({
      client: ground.l1,
      account: developmentAccount('consumer'),
      network: ground.l2.network,
      recipient: user.address,
      amount: parseEther('100'),
    })
    const isThere = async () =>
      (await clientOf(1).getBalance({ address: user.address })) === parseEther('100')
    await waitFor('the deposit is on L2', isThere, undefined, WAIT_MS)
  })

  const clientOf = (index: number) => {
    const url = ground.l2.nodes[index]?.url as string
    const chain = defineChain({
      id: L2_CHAIN_ID,
      name: 'l2',
      nativeCurrency: { name: 'MED', symbol: 'MED', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    })
    return createPublicClient({ chain, transport: http(url), cacheTime: 0, pollingInterval: 50 })
  }
  const processOf = (index: number) => {
    const process = ground.l2.nodes[index]?.process
    assert.ok(process)
    return process
  }

  /** Sent through a member that orders nothing, so it is kept there while the sequencer is down. */
  async function pay(to: Hex): Promise<Hex> {
    const { chain } = clientOf(1)
    const transport = http(ground.l2.nodes[1]?.url as string)
    const wallet = createWalletClient({ account: user, chain, transport })
    paid++
    // Nothing is asked of the node that may be down: fees and gas are said.
    return await wallet.sendTransaction({
      to,
      value: PAID,
      gas: 21_000n,
      nonce: paid - 1,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    })
  }

  async function isReached(blockTag: 'safe' | 'finalized', hash: Hex): Promise<boolean> {
    const client = clientOf(1)
    const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined)
    if (receipt === undefined) return false
    return (await client.getBlock({ blockTag })).number >= receipt.blockNumber
  }

  for (const point of POINTS) {
    it(`at ${point} loses nothing and does nothing twice`, async () => {
      const to = privateKeyToAccount(generatePrivateKey()).address
      const { ended } = await processOf(0).killAt(point)
      const hash = await pay(to)
      assert.deepEqual(await ended, KILLED)
      await processOf(0).start()
      await waitFor('it is final', () => isReached('finalized', hash), undefined, WAIT_MS)
      assert.equal(await clientOf(1).getBalance({ address: to }), PAID)
      assert.equal(await clientOf(1).getTransactionCount({ address: user.address }), paid)
      await assertSame()
      await assertRecordsOnce()
    })
  }

  it('as a follower in the middle of everything has the same chain afterwards', async () => {
    const to = privateKeyToAccount(generatePrivateKey()).address
    await processOf(2).kill()
    const hash = await pay(to)
    await waitFor('it is settled', () => isReached('safe', hash), undefined, WAIT_MS)
    await processOf(2).start()
    await assertSame()
  })

  it('and loses its disk but for its key has the chain back from L1 and its peers', async () => {
    await processOf(2).stop()
    const folder = join(home, 'node-3')
    for (const name of readdirSync(folder)) {
      if (name !== 'keystore.json') rmSync(join(folder, name), { recursive: true })
    }
    await processOf(2).start()
    await assertSame()
  })

  /** All nodes come to the settled block of the first. */
  async function assertSame(): Promise<void> {
    const safe = await clientOf(0).getBlock({ blockTag: 'safe' })
    for (const index of [1, 2]) {
      const isSame = async () => {
        const blocks = await clientOf(index)
          .getBlock({ blockNumber: safe.number })
          .catch(() => undefined)
        return blocks?.hash === safe.hash
      }
      await waitFor(`node ${index} has block ${safe.number}`, isSame, undefined, WAIT_MS)
    }
  }

  /**
   * Each place of L1 was taken once, and no slot twice: a batch that was posted before a crash is
   * not posted again.
   */
  async function assertRecordsOnce(): Promise<void> {
    const { contracts } = ground.l2.network
    const records = await ground.l1.getContractEvents({
      address: contracts.batches,
      abi: batchesAbi,
      eventName: 'BatchRecorded',
      fromBlock: 0n,
    })
    const indexes = records.map(({ args }) => Number(args.index))
    assert.deepEqual(
      indexes,
      indexes.map((_, index) => index),
    )
    const commitments = records.map(({ args }) => args.commitment)
    assert.equal(new Set(commitments).size, commitments.length)
    const refuted = await ground.l1.getContractEvents({
      address: contracts.assertions,
      abi: assertionsAbi,
      eventName: 'AssertionRefuted',
      fromBlock: 0n,
    })
    assert.deepEqual(refuted, [])
  }
})

/** Of the liar until its claim is made, of the watcher until the game is open, then of both. */
const CLAIMING = ['node.dispute.prepared', 'node.dispute.received', 'node.dispute.claimed']
const CHALLENGING = ['node.dispute.challenging', 'node.dispute.challenged']
const PLAYING = ['node.dispute.moving', 'node.dispute.moved', 'node.dispute.sent']

describe('members in a dispute that are killed at each of their writes', () => {
  it('come to one claim of each, one game, and the end that the truth has', {
    timeout: 1_200_000,
  }, async (t) => {
    const user = privateKeyToAccount(generatePrivateKey())
    const ground = await startAlone({
      ...{ home: useFolder(t), chainPort: 0, l2Port: 0 },
      choices: { cadenceSec: 2, dispute: DEVELOPMENT_DISPUTE },
      roles: [['sequencer', 'batcher'], ['watcher'], ['asserter']],
      env: { 'node-3': { AMBROSIA_NODE_LIE: user.address.toLowerCase() } },
    })
    defer(t, () => ground.stop())
    const { l1, l2 } = ground
    const { contracts } = l2.network
    const [, watcher, liar] = l2.nodes
    assert.ok(watcher && liar)
    const book = { address: contracts.resolver, abi: claimBookAbi, fromBlock: 0n } as const
    const count = async (eventName: 'ClaimMade' | 'GameOpened' | 'PositionReached') =>
      (await l1.getContractEvents({ ...book, eventName })).length

    /** Starts a member again as often as there are points at which it is to end. */
    async function die({ process }: typeof watcher & {}, points: readonly string[]) {
      for (const point of points) {
        const { ended } = await process.killAt(point)
        assert.deepEqual(await ended, KILLED, point)
        await process.start()
      }
    }
    const claiming = die(liar, CLAIMING)
    const challenging = die(watcher, CHALLENGING)
    const consumer = developmentAccount('consumer')
    const to = { network: l2.network, recipient: user.address, amount: PAID }
    await deposit({ client: l1, account: consumer, ...to })
    await claiming
    await challenging
    // Both are killed while they write to each other; then the liar as it enters what they signed,
    // and the watcher as it calls time.
    const [ofLiar, ofWatcher] = [die(liar, PLAYING), die(watcher, PLAYING)]
    await ofLiar
    assert.equal(await count('PositionReached'), 1)
    // The honest one before the deposit, and the lie.
    assert.deepEqual([await count('ClaimMade'), await count('GameOpened')], [2, 1])
    await Anvil.advanceTime(l1, DEVELOPMENT_DISPUTE.clock * 2)
    await ofWatcher
    const made = { address: contracts.assertions, abi: assertionsAbi, fromBlock: 0n } as const
    const refuted = () => l1.getContractEvents({ ...made, eventName: 'AssertionRefuted' })
    const isRefuted = async () => (await refuted()).length > 0
    await waitFor('the lie is refuted', isRefuted, undefined, WAIT_MS)
    assert.equal((await refuted())[0]?.args.winner?.toLowerCase(), watcher.account.toLowerCase())
  })
})
