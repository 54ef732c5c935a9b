import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { accountOf, attributesOn, testGenesis } from '../testing/chains.ts'
import {
  CONTRACTS,
  contractAlloc,
  createRandom,
  randomCandidates,
  randomWithdrawals,
} from '../testing/randomBlocks.ts'
import type { Engine } from './Engine.ts'
import { createEngine as createEthereumJs } from './ethereumjs/createEngine.ts'
import { findEngine } from './findEngine.ts'
import { createEngine as createGeth } from './geth/createEngine.ts'

const ACCOUNTS = 6
const BLOCKS = 4
const genesis = testGenesis(ACCOUNTS, contractAlloc())
const binary = findEngine('geth')
const without = binary === undefined && 'geth is not installed: ambrosia node engines --install'
const CALL_DATA = `0x${'00'.repeat(31)}01${'00'.repeat(31)}05`

describe('reads of ethereumjs beside those of geth', { skip: without }, () => {
  let one: Engine
  let two: Engine
  let directory: string
  const hashes: Hex[] = []

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ambrosia-geth-'))
    one = await createEthereumJs({ genesis, path: ':memory:' })
    two = await createGeth({ binary: binary as string, directory, genesis })
    const random = createRandom('reads')
    const senders = { nonces: Array.from({ length: ACCOUNTS }, () => 0) }
    for (let i = 0; i < BLOCKS; i++) {
      const head = await one.head()
      const baseFee = head.baseFeePerGas as bigint
      const candidates = await randomCandidates(random, senders, baseFee, 14)
      const withdrawals = randomWithdrawals(random, 4 * i)
      const { bytes } = await one.build(attributesOn(head, candidates, { withdrawals }))
      for (const engine of [one, two]) {
        const verdict = await engine.insert(bytes)
        assert.equal(verdict.status, 'valid')
        if (verdict.status === 'valid') await engine.setHead(verdict.header.hash)
      }
      const block = await two.request('eth_getBlockByNumber', ['latest', false])
      hashes.push(...(block as { transactions: Hex[] }).transactions)
      for (const account of senders.nonces.keys()) {
        const params = [accountOf(account).address, 'latest']
        senders.nonces[account] = Number(await two.request('eth_getTransactionCount', params))
      }
    }
  })
  after(async () => {
    await one.close()
    await two.close()
    rmSync(directory, { recursive: true })
  })

  /** Both answers, or both errors, must be the same. */
  async function same(method: string, ...params: unknown[]): Promise<void> {
    const [a, b] = await Promise.all([one, two].map((engine) => ask(engine, method, params)))
    assert.deepEqual(a, b, `${method} ${JSON.stringify(params)}`)
  }
  const blocks = Array.from({ length: BLOCKS + 2 }, (_, i) => `0x${i.toString(16)}`)

  it('blocks, their transactions, receipts and bytes', async () => {
    for (const id of [...blocks, 'latest', 'earliest']) {
      for (const full of [true, false]) await same('eth_getBlockByNumber', id, full)
      await same('eth_getBlockReceipts', id)
      await same('eth_getBlockTransactionCountByNumber', id)
      await same('eth_getUncleCountByBlockNumber', id)
      await same('debug_getRawBlock', id)
      await same('debug_getRawHeader', id)
      await same('debug_getRawReceipts', id)
    }
    for (const hash of [...hashes, `0x${'12'.repeat(32)}`]) {
      await same('eth_getTransactionByHash', hash)
      await same('eth_getTransactionReceipt', hash)
    }
    for (const hash of hashes) await same('eth_getRawTransactionByHash', hash)
    await same('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x0')
    await same('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x77')
  })

  it('accounts, code, storage, proofs', async () => {
    const addresses = Object.values(CONTRACTS).map(({ address }) => address)
    for (const address of [...addresses, `0x${'99'.repeat(20)}`]) {
      for (const id of ['latest', '0x1', '0x0']) {
        await same('eth_getBalance', address, id)
        await same('eth_getTransactionCount', address, id)
        await same('eth_getCode', address, id)
        await same('eth_getStorageAt', address, '0x1', id)
        await same('eth_getProof', address, ['0x0', '0x1', `0x${'00'.repeat(31)}77`], id)
      }
    }
    await same('eth_getBalance', addresses[0], '0x77')
  })

  it('logs by address, topic and range', async () => {
    const { address } = CONTRACTS.log
    await same('eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' })
    await same('eth_getLogs', { fromBlock: '0x0', toBlock: '0x2', address })
    await same('eth_getLogs', { fromBlock: '0x0', address: [address], topics: [null] })
    const topic = `0x${'00'.repeat(31)}01`
    await same('eth_getLogs', { fromBlock: '0x0', topics: [[topic, `0x${'00'.repeat(32)}`]] })
    await same('eth_getLogs', { fromBlock: '0x0', topics: [null, null, null] })
  })

  it('calls, estimates, access lists and traces of calls', async () => {
    const { loop: _endless, ...others } = CONTRACTS
    for (const { address: to } of Object.values(others)) {
      for (const call of [
        { to, data: CALL_DATA },
        { from: accountOf(0).address, to, data: CALL_DATA, value: '0x1' },
      ]) {
        await same('eth_call', call, 'latest')
        await same('eth_estimateGas', call)
        await same('eth_createAccessList', call, 'latest')
        const config = { tracer: 'callTracer', tracerConfig: { withLog: true } }
        await same('debug_traceCall', call, 'latest', config)
      }
    }
    const from = accountOf(0).address
    await same('eth_call', { data: '0x600a600c600039600a6000f3602a60005260206000f3' }, 'latest')
    await same('eth_estimateGas', { from, to: accountOf(1).address, value: '0x1' })
    await same('eth_estimateGas', { from, data: '0x600a600c600039600a6000f3602a60005260206000f3' })
    const override = { [CONTRACTS.store.address]: { code: '0x60425f5260205ff3', balance: '0x7' } }
    await same('eth_call', { to: CONTRACTS.store.address }, 'latest', override)
    await same('eth_estimateGas', { from, to: CONTRACTS.revert.address, data: CALL_DATA })
  })

  it('traces of transactions', async () => {
    for (const hash of hashes) {
      const withLog = { tracer: 'callTracer', tracerConfig: { withLog: true } }
      await same('debug_traceTransaction', hash, withLog)
      await same('debug_traceTransaction', hash, { tracer: 'prestateTracer' })
    }
  })

  it('fees', async () => {
    for (const [count, percentiles] of [
      ['0x4', [10, 50, 90]],
      ['0x10', []],
      ['0x1', [0, 100]],
    ] as const) {
      await same('eth_feeHistory', count, 'latest', percentiles)
    }
    await same('eth_chainId')
    await same('eth_blockNumber')
    await same('eth_syncing')
    await same('eth_accounts')
  })

  it('neither answers what is not a read', async () => {
    for (const method of ['eth_sign', 'admin_addPeer', 'debug_setHead', 'engine_newPayloadV4']) {
      for (const engine of [one, two]) {
        await assert.rejects(() => engine.request(method, []), { code: -32601 }, method)
      }
    }
  })
})

async function ask(engine: Engine, method: string, params: unknown[]): Promise<unknown> {
  try {
    const result = await engine.request(method, params)
    // A frame's failure is put in other words here and there; that it failed is the same.
    const replacer = (key: string, value: unknown) =>
      key === 'error' && method.startsWith('debug_') ? 'failed' : value
    return JSON.parse(JSON.stringify({ result }, replacer))
  } catch (error) {
    const { code, message, data } = error as { code: number; message: string; data?: unknown }
    return JSON.parse(JSON.stringify({ error: { code, message, data } }))
  }
}
