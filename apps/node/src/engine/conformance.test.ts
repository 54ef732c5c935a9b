import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { accountOf, attributesOn, CHAIN_ID, signed, testGenesis } from '../testing/chains.ts'
import {
  CONTRACTS,
  contractAlloc,
  createRandom,
  randomCandidates,
  randomWithdrawals,
} from '../testing/randomBlocks.ts'
import type { Built, Engine } from './Engine.ts'
import { createEngine as createEthereumJs } from './ethereumjs/createEngine.ts'
import { findEngine } from './findEngine.ts'
import { createEngine as createGeth } from './geth/createEngine.ts'
import { decodeBlock, type Header } from './Header.ts'

const ACCOUNTS = 8
const genesis = testGenesis(ACCOUNTS, contractAlloc())
const binary = findEngine('geth')
const withoutGeth = binary === undefined && 'geth is not installed: ambrosia node engines --install'

type Opened = { engine: Engine; end: () => Promise<void> }

const openers: Record<'ethereumjs' | 'geth', () => Promise<Opened>> = {
  async ethereumjs() {
    const engine = await createEthereumJs({ genesis, path: ':memory:' })
    return { engine, end: () => engine.close() }
  },
  async geth() {
    const directory = mkdtempSync(join(tmpdir(), 'ambrosia-geth-'))
    const engine = await createGeth({ binary: binary as string, directory, genesis })
    const end = async () => {
      await engine.close()
      rmSync(directory, { recursive: true })
    }
    return { engine, end }
  },
}

/** Stores a built block and makes it the head. */
async function adopt(engine: Engine, block: { bytes: Uint8Array }): Promise<Header> {
  const verdict = await engine.insert(block.bytes)
  assert.equal(
    verdict.status,
    'valid',
    JSON.stringify(verdict, (_, v) => String(v)),
  )
  const { header } = decodeBlock(block.bytes)
  await engine.setHead(header.hash)
  return header
}

function transfer(nonce: number, from = 0, value = 1n): Promise<Hex> {
  return accountOf(from).signTransaction({
    type: 'eip1559',
    chainId: CHAIN_ID,
    nonce,
    gas: 21_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    to: accountOf(50).address,
    value,
  })
}

for (const name of ['ethereumjs', 'geth'] as const) {
  describe(`${name} as an engine`, { skip: name === 'geth' && withoutGeth }, () => {
    let engine: Engine
    let end: () => Promise<void>
    before(async () => {
      ;({ engine, end } = await openers[name]())
    })
    after(() => end())

    it('starts at genesis', async () => {
      const head = await engine.head()
      assert.equal(head.number, 0)
      assert.equal((await engine.block(0))?.header.hash, head.hash)
      assert.equal(await engine.block(1), undefined)
      assert.equal(await engine.block(`0x${'12'.repeat(32)}`), undefined)
    })

    it('builds without storing a head, keeps the order, drops what does not stand', async () => {
      const genesisHeader = await engine.head()
      const candidates = await signed([
        transfer(0),
        transfer(0),
        transfer(2),
        transfer(1),
        transfer(0, 1, 10n ** 25n),
        transfer(0, 1),
      ])
      const built = await engine.build(attributesOn(genesisHeader, candidates))
      assert.deepEqual(
        built.dropped.map(({ index }) => index),
        [1, 2, 4],
      )
      const kept = [0, 3, 5].map((index) => candidates[index])
      assert.deepEqual(built.transactions, kept)
      assert.equal((await engine.head()).hash, genesisHeader.hash)
      const header = await adopt(engine, built)
      assert.equal((await engine.head()).hash, header.hash)
      assert.equal((await engine.block(1))?.header.hash, header.hash)
    })

    it('credits deposits, and puts anchor, PREVRANDAO and extra data where they belong', async () => {
      const head = await engine.head()
      const attributes = attributesOn(head, [], {
        withdrawals: [{ index: 3, address: accountOf(60).address as Hex, amountGwei: 5n }],
        extraData: '0x0000000000000009',
      })
      const header = await adopt(engine, await engine.build(attributes))
      assert.equal(header.extraData, attributes.extraData)
      assert.equal(header.parentBeaconBlockRoot, attributes.anchor)
      assert.equal(header.timestamp, attributes.timestamp)
    })

    it('drops what does not fit into the gas that is left', async () => {
      const heavy = (nonce: number) =>
        accountOf(2).signTransaction({
          type: 'eip1559',
          chainId: CHAIN_ID,
          nonce,
          gas: 12_000_000n,
          maxFeePerGas: 10n ** 10n,
          maxPriorityFeePerGas: 1n,
          // An invalid instruction takes all of the gas.
          to: CONTRACTS.invalid.address,
        })
      const candidates = await signed([heavy(0), heavy(1), heavy(2), transfer(0, 3)])
      const built = await engine.build(attributesOn(await engine.head(), candidates))
      assert.deepEqual(
        built.dropped.map(({ index }) => index),
        [2],
      )
      await adopt(engine, built)
    })

    it('refuses an invalid block with a reason, and one without its parent', async () => {
      const head = await engine.head()
      const built = await engine.build(attributesOn(head, []))
      const last = built.bytes.length - 10
      const changed = built.bytes.slice()
      changed[last] = (changed[last] as number) ^ 1
      const verdict = await engine.insert(changed)
      assert.equal(verdict.status, 'invalid')
      const other = await openers[name]()
      const orphan = await other.engine.insert(built.bytes)
      await other.end()
      assert.deepEqual(orphan, { status: 'orphan', parentHash: head.hash })
      assert.equal((await engine.head()).hash, head.hash)
    })

    it('refuses to build on anything but the head', async () => {
      const parent = (await engine.block(0))?.header as Header
      await assert.rejects(() => engine.build(attributesOn(parent, [])), {
        code: 'Engine.ParentIsNotHead',
      })
    })

    it('moves the head to a sibling, back to an ancestor, and forward again', async () => {
      const start = await engine.head()
      const one = await engine.build(attributesOn(start, [], { timestamp: start.timestamp + 5 }))
      const two = await engine.build(attributesOn(start, [], { timestamp: start.timestamp + 6 }))
      const first = await adopt(engine, one)
      const second = await adopt(engine, two)
      assert.equal((await engine.block(start.number + 1))?.header.hash, second.hash)
      await engine.setHead(first.hash)
      assert.equal((await engine.block(start.number + 1))?.header.hash, first.hash)
      await engine.setHead(start.hash)
      assert.equal((await engine.head()).hash, start.hash)
      assert.equal(await engine.block(start.number + 1), undefined)
      await adopt(engine, two)
      assert.equal((await engine.head()).hash, second.hash)
    })

    it('moves the head far back and builds there', async () => {
      const start = await engine.head()
      for (let i = 0; i < 40; i++) {
        await adopt(engine, await engine.build(attributesOn(await engine.head(), [])))
      }
      await engine.setHead(start.hash)
      const built = await engine.build(attributesOn(start, [], { timestamp: start.timestamp + 7 }))
      assert.equal((await adopt(engine, built)).number, start.number + 1)
    })
  })
}

describe('ethereumjs and geth', { skip: withoutGeth }, () => {
  it('make the same of random blocks: root, receipts, what is dropped', async (t) => {
    const [one, two] = [await openers.ethereumjs(), await openers.geth()]
    t.after(() => Promise.all([one.end(), two.end()]))
    const count = Number(process.env['AMBROSIA_RANDOM_BLOCKS'] ?? 4)
    const random = createRandom(process.env['AMBROSIA_RANDOM_SEED'] ?? 'conformance')
    const senders = { nonces: Array.from({ length: ACCOUNTS }, () => 0) }
    for (let i = 0; i < count; i++) {
      const head = await one.engine.head()
      const baseFee = head.baseFeePerGas as bigint
      const candidates = await randomCandidates(random, senders, baseFee, 20)
      const attributes = attributesOn(head, candidates, {
        withdrawals: randomWithdrawals(random, 4 * i),
      })
      const [a, b] = [await one.engine.build(attributes), await two.engine.build(attributes)]
      const plain = ({ header, dropped }: Built) => ({
        ...header,
        dropped: dropped.map(({ index }) => index).sort(),
      })
      assert.deepEqual(plain(a), plain(b), `block ${i}`)
      // Each takes the other's block by the path of those who did not build it.
      await adopt(one.engine, b)
      await adopt(two.engine, a)
      for (const account of senders.nonces.keys()) {
        const { address } = accountOf(account)
        const nonce = await (two.engine as Awaited<ReturnType<typeof createGeth>>).process.ipc.call(
          'eth_getTransactionCount',
          [address, 'latest'],
        )
        senders.nonces[account] = Number(nonce)
      }
    }
  })
})
