import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { commitBlock } from '@ambrosia/rollup/Assertion'
import { type BatchBlock, ZERO_HASH } from '@ambrosia/rollup/Batch'
import { KINDS } from '@ambrosia/rollup/InboxEntry'
import { useFolder } from '@ambrosia/testing/useFolder'
import type { EngineBlock } from '../engine/Header.ts'
import { accountOf, CHAIN_ID } from '../testing/chains.ts'
import {
  createTestChain,
  createTestNetwork,
  START_SEC,
  type TestL2,
} from '../testing/createTestChain.ts'
import { countOf } from './blocks.ts'
import { NOT_YET } from './L2Chain.ts'
import { collectUnsettled, findUnsettled } from './unsettled.ts'

const RECIPIENT: Hex = `0x${'4e'.repeat(20)}`
const OTHER: Hex = `0x${'4f'.repeat(20)}`

async function transfer(from: number, nonce: number, change: { gas?: bigint; to?: Hex } = {}) {
  const raw = await accountOf(from).signTransaction({
    chainId: CHAIN_ID,
    nonce,
    to: OTHER,
    value: 1n,
    gas: 21_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    ...change,
  })
  return fromHex(raw)
}

async function balance({ engine }: TestL2, address: Hex): Promise<bigint> {
  return BigInt((await engine.request('eth_getBalance', [address, 'latest'])) as Hex)
}

/** The unsettled blocks in a record on L1, as the batcher would post them. */
async function post(l2: TestL2): Promise<{ l1Block: number; inboxCount: number }> {
  const { blocks, end } = await collectUnsettled(l2.chain, START_SEC + 10_000)
  return l2.l1.record(await l2.keep(blocks), countOf(end))
}

describe('the chain of a network', () => {
  it('credits deposits where their sealed recipients say, or to their senders', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    const { sender } = await l2.l1.append(KINDS.deposit, { recipient: RECIPIENT })
    await l2.l1.append(KINDS.deposit, { sealed: new Uint8Array(80) })
    const built = await l2.produce()
    assert.equal(countOf((built as EngineBlock).header), 2)
    assert.equal(await balance(l2, RECIPIENT), 10n ** 18n)
    assert.equal(await balance(l2, sender), 10n ** 18n)
    assert.equal(await l2.produce(), undefined, 'nothing more to put in')
  })

  it('keeps its blocks when their batch is on L1, and derives nothing again', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    await l2.produce([await transfer(0, 0)])
    await l2.produce([await transfer(0, 1), await transfer(1, 0)])
    const head = await l2.engine.head()
    await post(l2)
    assert.equal(await l2.chain.reconcile(), undefined)
    assert.equal((await l2.engine.head()).hash, head.hash)
    const settled = await l2.chain.settled()
    assert.deepEqual([settled.blockNumber, settled.blockHash], [2, head.hash])
    const state = await l2.chain.stateAt(1)
    assert.equal(state?.blockCommitment, commitBlock(settled.salt, head.hash))
    assert.deepEqual(await l2.softBlocks.from(0, 10), [], 'what is settled needs no keeping')
  })

  it('is the same for a node that has only records and bodies', async (t) => {
    const network = await createTestNetwork()
    const [one, two] = [await createTestChain(t, network), await createTestChain(t, network)]
    const salt: Hex = `0x${'77'.repeat(32)}`
    // A forced transaction, an invalid one at its place, deposits, and own transactions.
    for (const l2 of [one, two]) {
      await l2.l1.append(KINDS.deposit, { recipient: RECIPIENT }, { sealed: sealedDeposit })
      await l2.l1.append(KINDS.forced, {}, { sealed: sealedForced })
    }
    await one.produce([await transfer(0, 0), await transfer(0, 5), await transfer(2, 0)])
    await one.produce([await transfer(0, 1)])
    const { blocks, end } = await collectUnsettled(one.chain, START_SEC + 10_000)
    assert.equal(blocks.length, 2)
    for (const l2 of [one, two]) {
      const commitment = await l2.keep(blocks, salt)
      await l2.l1.record(commitment, countOf(end))
      assert.equal(await l2.chain.reconcile(), undefined)
    }
    assert.equal((await two.engine.head()).hash, (await one.engine.head()).hash)
    assert.deepEqual(await two.chain.stateAt(1), await one.chain.stateAt(1))
  })

  it('drops what must not stand: foreign, undecodable, of a wrong nonce, forced with too much gas', async (t) => {
    const network = await createTestNetwork()
    const l2 = await createTestChain(t, network)
    const foreign = fromHex(
      await accountOf(3).signTransaction({
        chainId: 1,
        nonce: 0,
        to: OTHER,
        gas: 21_000n,
        maxFeePerGas: 10n ** 10n,
      }),
    )
    const bodies: BatchBlock[] = [
      {
        timestamp: START_SEC,
        count: 0,
        transactions: [foreign, Uint8Array.of(1, 2, 3), await transfer(0, 9), await transfer(1, 0)],
      },
    ]
    const greedy = await transfer(2, 0, { gas: BigInt(network.rules.gasLimit) / 2n })
    await l2.l1.append(KINDS.forced, { raw: greedy })
    await l2.l1.append(KINDS.forced, { raw: await transfer(2, 0) })
    await l2.l1.append(KINDS.forced, { sealed: new Uint8Array(304) })
    await l2.l1.record(await l2.keep(bodies), 3)
    assert.equal(await l2.chain.reconcile(), undefined)
    const first = await l2.engine.block(1)
    assert.deepEqual(first?.transactions.map(toHex), [toHex(await transfer(1, 0))])
    // Nobody put the entries in a block, so the record itself does.
    const second = await l2.engine.block(2)
    assert.deepEqual(second?.transactions.map(toHex), [toHex(await transfer(2, 0))])
    assert.equal(countOf((second as EngineBlock).header), 3)
  })

  it('follows a record of garbage, of an empty body and without data', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    const salt: Hex = `0x${'01'.repeat(32)}`
    await l2.l1.append(KINDS.deposit, { recipient: RECIPIENT })
    await l2.produce([await transfer(0, 0)])
    const commitment = await l2.bodies.put({ salt, body: Uint8Array.of(0xc2, 0xff) })
    await l2.l1.record(commitment, 0)
    await l2.l1.record(ZERO_HASH, 1)
    assert.equal(await l2.chain.reconcile(), undefined)
    assert.equal((await l2.chain.settled()).recordCount, 2)
    assert.equal(await balance(l2, RECIPIENT), 10n ** 18n)
    assert.equal(await balance(l2, OTHER), 0n, 'what the sequencer had promised is undone')
    assert.deepEqual(await l2.softBlocks.from(0, 10), [])
  })

  it('waits for a body that it does not have', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    const commitment: Hex = `0x${'cc'.repeat(32)}`
    await l2.l1.record(commitment, 0)
    assert.deepEqual(await l2.chain.reconcile(), { position: 0, commitment })
    assert.equal((await l2.chain.settled()).recordCount, 0)
  })

  it('undoes what a reorganisation of L1 has undone, and keeps the rest', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    await l2.l1.append(KINDS.deposit, { recipient: RECIPIENT })
    await l2.produce([await transfer(0, 0)])
    const kept = await l2.engine.head()
    const { l1Block } = await post(l2)
    assert.equal(await l2.chain.reconcile(), undefined)
    await l2.l1.append(KINDS.deposit, { recipient: OTHER }, { amount: 5n * 10n ** 9n })
    await l2.produce([await transfer(0, 1)])
    // The record and the second deposit go; the deposit that comes instead is another.
    await l2.l1.reorganise(l1Block)
    assert.equal(await l2.chain.reconcile(), undefined)
    assert.equal((await l2.engine.head()).hash, kept.hash, 'the block of the lost deposit is gone')
    assert.equal((await l2.chain.settled()).recordCount, 0)
    await l2.l1.append(KINDS.deposit, { recipient: OTHER }, { amount: 7n * 10n ** 9n })
    await l2.produce([await transfer(0, 1)])
    assert.equal(await balance(l2, OTHER), 7n * 10n ** 9n + 2n)
    await post(l2)
    assert.equal(await l2.chain.reconcile(), undefined)
    assert.equal((await l2.chain.settled()).blockNumber, 2)
  })

  it('does not make blocks further ahead of L1 than a batch may hold', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    await l2.produce([await transfer(0, 0)], START_SEC)
    const late = await l2.chain.produce({
      candidates: [await transfer(0, 1)],
      nowSec: START_SEC - 1000,
      latestSec: START_SEC,
      record: async () => assert.fail('no block was to be made'),
    })
    assert.equal(late, undefined)
  })

  it('has after a crash the blocks that were promised, whatever the engine forgot', async (t) => {
    const network = await createTestNetwork()
    const folder = useFolder(t)
    const paths = (engine: string) => ({
      database: join(folder, 'node.sqlite'),
      chain: join(folder, engine),
    })
    const before = await createTestChain(t, network, paths('first.sqlite'))
    await before.produce([await transfer(0, 0)])
    await before.produce([await transfer(0, 1)])
    const { hash } = await before.engine.head()
    await before.close()
    const after = await createTestChain(t, network, paths('second.sqlite'))
    assert.equal((await after.engine.head()).hash, hash)
  })
})

describe('blocks of a sequencer', () => {
  const two = async (t: Parameters<typeof createTestChain>[0]) => {
    const network = await createTestNetwork()
    return [await createTestChain(t, network), await createTestChain(t, network)] as const
  }

  it('are taken where they are what the rules make of their place', async (t) => {
    const [sequencer, follower] = await two(t)
    const block = (await sequencer.produce([await transfer(0, 0)])) as EngineBlock
    assert.equal(await follower.chain.accept(block), undefined)
    assert.equal((await follower.engine.head()).hash, block.header.hash)
    assert.equal(await follower.chain.accept(block), 'it is not on the head')
    // What was dropped is in no block, so there is nothing to tell apart.
    const next = (await sequencer.produce([
      await transfer(0, 7),
      await transfer(0, 1),
    ])) as EngineBlock
    assert.equal(await follower.chain.accept(next), undefined)
  })

  it('wait where they consume entries that are not known yet', async (t) => {
    const [sequencer, follower] = await two(t)
    const entry = await sequencer.l1.append(KINDS.deposit, { recipient: RECIPIENT })
    const block = (await sequencer.produce()) as EngineBlock
    assert.equal(await follower.chain.accept(block), NOT_YET)
    await follower.l1.append(KINDS.deposit, {}, { sealed: entry.sealed })
    assert.equal(await follower.chain.accept(block), undefined)
  })

  it('are refused where they leave a forced transaction out, or pay a deposit to somebody else', async (t) => {
    const [honest, follower] = await two(t)
    const liar = (await two(t))[0]
    const forced = await transfer(2, 0)
    const entry = await honest.l1.append(KINDS.forced, { raw: forced })
    await follower.l1.append(KINDS.forced, {}, { sealed: entry.sealed })
    // The liar puts a payload that does not open under the same anchor as far as its own engine
    // knows.
    await liar.l1.append(KINDS.forced, { sealed: new Uint8Array(304) })
    const block = (await liar.produce([await transfer(0, 0)])) as EngineBlock
    assert.equal(await follower.chain.accept(block), 'its attributes are others')
    const good = (await honest.produce([await transfer(0, 0)])) as EngineBlock
    assert.equal(await follower.chain.accept(good), undefined)
    assert.equal(good.transactions.length, 2)
  })

  it('are found in a batch only where they are all the same', async (t) => {
    const [sequencer, follower] = await two(t)
    for (const nonce of [0, 1, 2]) {
      const block = (await sequencer.produce([await transfer(0, nonce)])) as EngineBlock
      assert.equal(await follower.chain.accept(block), undefined)
    }
    const { blocks } = await collectUnsettled(sequencer.chain, START_SEC + 10_000)
    const end = await findUnsettled(follower.chain, blocks)
    assert.equal(end?.hash, (await sequencer.engine.head()).hash)
    const [first, second, third] = blocks as [BatchBlock, BatchBlock, BatchBlock]
    const others = [
      [first, third],
      [second, first],
      [first, second, { ...third, timestamp: third.timestamp + 1 }],
      [first, second, { ...third, transactions: [] }],
      [first, second, third, { ...third, timestamp: third.timestamp + 9 }],
    ]
    for (const other of others) assert.equal(await findUnsettled(follower.chain, other), undefined)
  })
})

/** Payloads of two chains must be the same bytes; sealing draws a key anew. */
const sealedDeposit = new Uint8Array(80).fill(3)
const sealedForced = new Uint8Array(304).fill(4)
