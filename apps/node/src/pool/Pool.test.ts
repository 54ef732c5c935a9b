import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import * as Database from '@ambrosia/service/Database'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { migrations } from '../database/migrations.ts'
import type { NodeTables } from '../database/tables.ts'
import { accountOf, CHAIN_ID } from '../testing/chains.ts'
import { createTestNetwork } from '../testing/createTestChain.ts'
import { createDecoder } from './decodeTransaction.ts'
import { POOL_LIMITS, Pool } from './Pool.ts'

const FEE = 10n ** 10n

async function sign(from: number, nonce: number, change: Record<string, unknown> = {}) {
  const raw = await accountOf(from).signTransaction({
    chainId: CHAIN_ID,
    nonce,
    to: `0x${'4e'.repeat(20)}`,
    gas: 21_000n,
    maxFeePerGas: FEE,
    maxPriorityFeePerGas: 1n,
    ...change,
  } as never)
  return fromHex(raw)
}

async function open(t: Ending, url = 'sqlite::memory:') {
  const { rules, genesis } = await createTestNetwork()
  const database = await Database.open<NodeTables>({ url, migrations })
  const state = { nonce: 0n, settled: 0n, balance: 10n ** 18n, nowSec: 1000 }
  const pool = await Pool.open({
    database,
    decode: await createDecoder(rules, genesis),
    accounts: { at: async () => state, settledNonce: async () => state.settled },
    nowSec: () => state.nowSec,
  })
  let isOpen = true
  const close = async () => {
    if (isOpen) await database.destroy()
    isOpen = false
  }
  defer(t, close)
  const limit = { gas: 30_000_000n, baseFee: 1n, count: 1000 }
  const order = async (change: Partial<typeof limit> = {}): Promise<[Hex, bigint][]> => {
    const raws = await pool.candidates({ ...limit, ...change })
    const decode = await createDecoder(rules, genesis)
    return raws.map((raw) => {
      const { sender, nonce } = decode(raw)
      return [sender, nonce]
    })
  }
  return { pool, state, order, close }
}

const sender = (index: number) => accountOf(index).address.toLowerCase() as Hex

describe('transactions that wait', () => {
  it('come in the order of their arrival, each after those with lower nonces', async (t) => {
    const { pool, order } = await open(t)
    for (const [from, nonce] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [2, 0],
    ] as const) {
      await pool.add(await sign(from, nonce))
    }
    const expected = [
      [sender(1), 0n],
      [sender(0), 0n],
      [sender(0), 1n],
      [sender(2), 0n],
    ]
    assert.deepEqual(await order(), expected)
  })

  it('wait behind a gap, below the base fee and beyond the gas', async (t) => {
    const { pool, order, state } = await open(t)
    await pool.add(await sign(0, 1))
    await pool.add(await sign(1, 0, { maxFeePerGas: 5n, maxPriorityFeePerGas: 1n }))
    await pool.add(await sign(2, 0))
    await pool.add(await sign(3, 0))
    assert.deepEqual(await order({ baseFee: 6n }), [
      [sender(2), 0n],
      [sender(3), 0n],
    ])
    assert.deepEqual(await order({ baseFee: 6n, gas: 21_000n }), [[sender(2), 0n]])
    assert.deepEqual(await order({ baseFee: 6n, count: 0 }), [])
    state.nonce = 1n
    assert.deepEqual(await order(), [[sender(0), 1n]])
  })

  it('are refused where they can never stand', async (t) => {
    const { pool, state } = await open(t)
    const raw = await sign(0, 0)
    await pool.add(raw)
    const refused = (message: RegExp) => ({ code: -32000, message })
    await assert.rejects(pool.add(raw), refused(/already known/))
    state.nonce = 5n
    await assert.rejects(pool.add(await sign(0, 4)), refused(/nonce too low/))
    const far = 5 + POOL_LIMITS.perSender
    await assert.rejects(pool.add(await sign(0, far)), refused(/nonce too high/))
    await assert.rejects(pool.add(await sign(0, 6, { value: 10n ** 18n })), refused(/insufficient/))
    await assert.rejects(pool.add(await sign(0, 6, { chainId: 1 })), refused(/EIP-155/))
    await assert.rejects(pool.add(await sign(0, 6, { gas: 31_000_000n })), refused(/gas limit/))
    await assert.rejects(pool.add(await sign(0, 6, { gas: 20_000n })), refused(/gas/))
    await assert.rejects(pool.add(Uint8Array.of(2, 1)), refused(/invalid|not RLP/))
    await assert.rejects(pool.add(new Uint8Array()), refused(/./))
    assert.equal(pool.size, 1)
  })

  it('are replaced by those that pay a tenth more', async (t) => {
    const { pool, order } = await open(t)
    const first = await pool.add(await sign(0, 0))
    const little = { maxFeePerGas: (FEE * 109n) / 100n, maxPriorityFeePerGas: 2n }
    await assert.rejects(pool.add(await sign(0, 0, little)), /underpriced/)
    const more = { maxFeePerGas: (FEE * 110n) / 100n, maxPriorityFeePerGas: 2n }
    const second = await pool.add(await sign(0, 0, more))
    assert.equal(pool.get(first), undefined)
    assert.equal(pool.get(second)?.nonce, 0n)
    assert.equal((await order()).length, 1)
  })

  it('are there after a restart, until their nonces are used in a settled block', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'node.sqlite')}`
    const before = await open(t, url)
    for (const nonce of [0, 1]) await before.pool.add(await sign(0, nonce))
    await before.close()
    const { pool, state, order } = await open(t, url)
    assert.equal((await order()).length, 2)
    assert.equal(await pool.pendingNonce(sender(0)), 2n)
    state.nonce = 2n
    await pool.dropSettled()
    assert.equal(pool.size, 2, 'their block may still be undone')
    state.settled = 1n
    await pool.dropSettled()
    assert.equal(pool.size, 1)
  })

  it('are forgotten when they were dropped from blocks too often', async (t) => {
    const { pool } = await open(t)
    const raw = await sign(0, 0)
    await pool.add(raw)
    for (let i = 0; i < POOL_LIMITS.strikes; i++) {
      assert.equal(pool.size, 1)
      await pool.strike([raw])
    }
    assert.equal(pool.size, 0)
  })

  it('are overdue once, where no block has them', async (t) => {
    const { pool, state } = await open(t)
    const hash = await pool.add(await sign(0, 0))
    state.nowSec = 1060
    await pool.add(await sign(0, 1))
    assert.deepEqual((await pool.overdue(1000)).length, 0)
    assert.deepEqual(
      (await pool.overdue(1001)).map((one) => one.hash),
      [hash],
    )
    await pool.markForced(hash)
    assert.deepEqual(await pool.overdue(1001), [])
    state.nonce = 2n
    assert.deepEqual(await pool.overdue(2000), [])
  })
})
