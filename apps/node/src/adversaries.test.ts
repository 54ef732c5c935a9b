import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertionsAbi, batchesAbi } from '@ambrosia/chain/abi/rollup'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { defer } from '@ambrosia/testing/defer'
import { freePorts } from '@ambrosia/testing/freePorts'
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
import { accountOf } from './testing/chains.ts'
import { mountDisk, noDiskHere } from './testing/smallDisk.ts'
import { CONSUMER, startRollup, type TestRollup } from './testing/startRollup.ts'

const chain = defineChain({
  id: 777_001,
  name: 'l2',
  nativeCurrency: { name: 'MED', symbol: 'MED', decimals: 18 },
  rpcUrls: { default: { http: [] } },
})
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const DEPOSIT = parseEther('10')
const PAID = parseEther('1')

const clientOf = (url: string) =>
  createPublicClient({ chain, transport: http(url), pollingInterval: 20, cacheTime: 0 })

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000
  while (!(await check())) {
    assert.ok(performance.now() < endMs, what)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function l1Of(rollup: TestRollup) {
  return createPublicClient({ transport: http(rollup.l1.url), pollingInterval: 20, cacheTime: 0 })
}

function recordCount(rollup: TestRollup): Promise<bigint> {
  return l1Of(rollup).readContract({
    address: rollup.network.contracts.batches,
    abi: batchesAbi,
    functionName: 'count',
  })
}

async function enter(rollup: TestRollup, url: string, recipient: Hex): Promise<void> {
  const { network } = rollup
  await deposit({ client: l1Of(rollup), account: CONSUMER, network, recipient, amount: DEPOSIT })
  const isThere = async () => (await clientOf(url).getBalance({ address: recipient })) === DEPOSIT
  await until('the deposit arrives', isThere)
}

function pay(url: string, account: LocalAccount, to: Hex): Promise<Hex> {
  return createWalletClient({ account, chain, transport: http(url) }).sendTransaction({
    to,
    value: PAID,
  })
}

describe('a network whose members do not all do their part', () => {
  it('without a sequencer still takes deposits and transactions, through L1', async (t) => {
    const rollup = await startRollup(t, { inclusionDelaySec: 3 })
    const aggregator = await rollup.start(1, ['aggregator'], { AMBROSIA_NODE_PATIENCE_SEC: '1' })
    const other = await rollup.start(2, ['full'])
    const user = accountOf(1)
    const recipient = accountOf(2).address
    await enter(rollup, aggregator.url, user.address)
    const hash = await pay(aggregator.url, user, recipient)
    const receipt = await clientOf(other.url).waitForTransactionReceipt({ hash, timeout: 60_000 })
    assert.equal(receipt.status, 'success')
    const blocks = await Promise.all(
      [aggregator, other].map(({ url }) =>
        clientOf(url).getBlock({ blockHash: receipt.blockHash }),
      ),
    )
    assert.equal(blocks[0]?.stateRoot, blocks[1]?.stateRoot)
    assert.equal(await clientOf(other.url).getBalance({ address: recipient }), PAID)
    // Nobody certified anything: each record was made without data.
    const events = await l1Of(rollup).getContractEvents({
      address: rollup.network.contracts.batches,
      abi: batchesAbi,
      eventName: 'BatchRecorded',
      fromBlock: 0n,
    })
    assert.ok(events.length >= 2)
    assert.ok(events.every(({ args }) => BigInt(args.commitment as Hex) === 0n))
  })

  it('below its threshold posts nothing and shows nothing, and goes on when one is back', async (t) => {
    const rollup = await startRollup(t)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
    const user = accountOf(1)
    await enter(rollup, sequencer.url, user.address)
    const hash = await pay(sequencer.url, user, accountOf(2).address)
    const client = clientOf(sequencer.url)
    const { blockNumber } = await client.waitForTransactionReceipt({ hash, timeout: 60_000 })
    const before = await l1Of(rollup).getBlockNumber()
    // Some slots of the cadence go by.
    await until('L1 goes on', async () => (await l1Of(rollup).getBlockNumber()) > before + 4n)
    assert.equal(await recordCount(rollup), 0n)
    await rollup.start(1, ['full'])
    const isSettled = async () =>
      (await client.getBlock({ blockTag: 'safe' })).number >= blockNumber
    await until('it is settled', isSettled)
  })

  it('refutes what a lying member asserts, pays its bond to who found out, and confirms the truth', async (t) => {
    const user = accountOf(1)
    const rollup = await startRollup(t, { periodSec: 12 })
    const { assertions } = rollup.network.contracts
    const sequencer = await rollup.start(0, ['sequencer', 'batcher'])
    const watcher = await rollup.start(2, ['watcher'])
    await rollup.start(1, ['asserter'], { AMBROSIA_NODE_LIE: user.address.toLowerCase() })
    await enter(rollup, sequencer.url, user.address)
    const l1 = l1Of(rollup)
    const at = { address: assertions, abi: assertionsAbi, fromBlock: 0n } as const
    const refuted = () => l1.getContractEvents({ ...at, eventName: 'AssertionRefuted' })
    await until('the lie is refuted', async () => (await refuted()).length > 0)
    const [event] = await refuted()
    assert.equal(event?.args.winner?.toLowerCase(), watcher.account)
    assert.equal(event?.args.reward, 10n ** 18n / 2n)
    const owed = () =>
      l1.readContract({
        address: assertions,
        abi: assertionsAbi,
        functionName: 'owedTo',
        args: [watcher.account],
      })
    assert.equal(await owed(), 10n ** 18n / 2n)
    await sequencer.close()
    const honest = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
    const client = clientOf(honest.url)
    const { number } = await client.getBlock()
    const isFinal = async () => (await client.getBlock({ blockTag: 'finalized' })).number >= number
    await until('the truth is confirmed', isFinal)
  })

  it('has a new node that knows nothing derive the same chain from L1 and its peers', async (t) => {
    const rollup = await startRollup(t)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
    await rollup.start(1, ['full'])
    const user = accountOf(1)
    await enter(rollup, sequencer.url, user.address)
    const hash = await pay(sequencer.url, user, accountOf(2).address)
    const client = clientOf(sequencer.url)
    const receipt = await client.waitForTransactionReceipt({ hash, timeout: 60_000 })
    const isSettled = async () =>
      (await client.getBlock({ blockTag: 'safe' })).number >= receipt.blockNumber
    await until('it is settled', isSettled)
    const late = await rollup.start(2, ['full'])
    const found = await clientOf(late.url).waitForTransactionReceipt({ hash, timeout: 60_000 })
    assert.equal(found.blockHash, receipt.blockHash)
  })

  it('ends with one chain where its sequencer signs two blocks of one number, L1 stands still and clocks jump', async (t) => {
    const rollup = await startRollup(t)
    const { test } = rollup.l1
    const follower = await rollup.start(1, ['full'])
    const user = accountOf(1)
    const recipient = accountOf(2).address
    const paidTo = (url: string) => clientOf(url).getBalance({ address: recipient })

    // It signs a block that one member has, forgets it, and signs another one.
    const first = await rollup.start(0, ['sequencer'])
    await enter(rollup, first.url, user.address)
    const given = await pay(first.url, user, recipient)
    const { blockNumber, blockHash } = await clientOf(follower.url).waitForTransactionReceipt({
      hash: given,
      timeout: 60_000,
    })
    await first.close()
    rollup.forget(0)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher'])
    const hasDeposit = async () =>
      (await clientOf(sequencer.url).getBalance({ address: user.address })) === DEPOSIT
    await until('it knows of nothing but the deposit', hasDeposit)
    await pay(sequencer.url, user, accountOf(3).address)
    const isOn = async () => (await clientOf(sequencer.url).getBlockNumber()) >= blockNumber
    await until('it has a block of that number again', isOn)
    const again = await clientOf(sequencer.url).getBlock({ blockNumber })
    assert.notEqual(again.hash, blockHash, 'two blocks of one number')
    const late = await rollup.start(2, ['full'])
    const nodes = [sequencer, follower, late]
    const isOneChain = async () => {
      const blocks = nodes.map(({ url }) => clientOf(url).getBlock({ blockNumber }))
      const hashes = (await Promise.all(blocks.map((one) => one.catch(() => undefined)))).map(
        (block) => block?.hash,
      )
      return new Set(hashes).size === 1
    }
    await until('all have one of the two', isOneChain)
    assert.equal((await clientOf(follower.url).getBlock({ blockNumber })).hash, again.hash)

    /** Pays, and waits until that is settled and every member has it. */
    const settles = async (what: string) => {
      const before = await paidTo(sequencer.url)
      const hash = await pay(sequencer.url, user, recipient)
      const client = clientOf(sequencer.url)
      const receipt = await client.waitForTransactionReceipt({ hash, timeout: 60_000 })
      assert.equal(receipt.status, 'success', what)
      return async () => {
        for (const { url } of nodes) {
          await until(`${what}: it is settled`, async () => {
            const safe = await clientOf(url).getBlock({ blockTag: 'safe' })
            return safe.number >= receipt.blockNumber
          })
          const { hash: there } = await clientOf(url).getBlock({ blockNumber: receipt.blockNumber })
          assert.equal(there, receipt.blockHash, what)
          assert.ok((await paidTo(url)) > before, what)
        }
      }
    }
    await (await settles('after two blocks'))()

    // L1 stands still: the network goes on, and settles when L1 does.
    await test.setIntervalMining({ interval: 0 })
    await test.setAutomine(false)
    const stood = await l1Of(rollup).getBlockNumber()
    const isSettled = await settles('L1 stands still')
    assert.equal(await l1Of(rollup).getBlockNumber(), stood)
    await test.setIntervalMining({ interval: 1 })
    await isSettled()

    // The clock of the hosts jumps, forth and back, and then that of L1.
    const { now } = Date
    let shiftMs = 0
    t.mock.method(Date, 'now', () => now() + shiftMs)
    shiftMs = 3 * 3_600_000
    await (await settles('three hours ahead'))()
    shiftMs = -3 * 3_600_000
    await (await settles('three hours behind'))()
    shiftMs = 0
    await test.increaseTime({ seconds: 7200 })
    await (await settles('L1 two hours ahead'))()
  })

  it('loses nothing where the disk of a member is full, and it is killed and started again', {
    skip: noDiskHere(),
  }, async (t) => {
    const rollup = await startRollup(t)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher'])
    await rollup.start(2, ['full'])
    const disk = await mountDisk(t, 16)
    const settings = await rollup.settings(1, ['full'], useFolder(t))
    cpSync(settings['AMBROSIA_DATA'] as string, disk.outside, { recursive: true })
    const [port] = await freePorts(1)
    const url = `http://127.0.0.1:${port}`
    const env = { ...settings, AMBROSIA_DATA: disk.folder, AMBROSIA_PORT: String(port) }
    const startMember = () => {
      const member = disk.run(MAIN, env)
      const ended = once(member, 'close')
      const kill = async () => {
        member.kill('SIGKILL')
        await ended
      }
      defer(t, kill)
      return kill
    }
    const user = accountOf(1)
    const client = clientOf(sequencer.url)
    const headOf = (at: string) =>
      clientOf(at)
        .getBlockNumber()
        .catch(() => 0n)
    const hasSame = async () => {
      const blockNumber = await headOf(url)
      if (blockNumber < (await headOf(sequencer.url))) return false
      const [one, other] = await Promise.all(
        [url, sequencer.url].map((at) => clientOf(at).getBlock({ blockNumber })),
      )
      return one?.hash === other?.hash
    }
    let kill = startMember()
    await enter(rollup, sequencer.url, user.address)
    await until('the member follows', hasSame)

    disk.fill()
    const wallet = createWalletClient({ account: user, chain, transport: http(sequencer.url) })
    const data = `0x${'5a'.repeat(60_000)}` as const
    const isBehind = async () => {
      const hash = await wallet.sendTransaction({ to: accountOf(2).address, data })
      await client.waitForTransactionReceipt({ hash, timeout: 60_000 })
      return (await headOf(url)) + 3n < (await headOf(sequencer.url))
    }
    await until('the member cannot keep up', isBehind)
    const { number } = await client.getBlock()
    const isSettled = async () => (await client.getBlock({ blockTag: 'safe' })).number >= number
    await until('the others settle without it', isSettled)
    await kill()
    kill = startMember()
    disk.clear()
    await until('it has the chain of the others', hasSame)
    await kill()
    kill = startMember()
    await until('and has it when it starts again', hasSame)
  })
})
