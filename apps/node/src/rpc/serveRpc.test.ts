import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import * as Log from '@ambrosia/service/Log'
import { defer } from '@ambrosia/testing/defer'
import { WebSocket } from 'ws'
import { createDecoder } from '../pool/decodeTransaction.ts'
import { Pool } from '../pool/Pool.ts'
import { accountOf, CHAIN_ID } from '../testing/chains.ts'
import { createTestChain, createTestNetwork, type TestL2 } from '../testing/createTestChain.ts'
import { createReader } from './createReader.ts'
import { createRpcServer, REQUEST_BYTES, type RpcServer } from './serveRpc.ts'

/** PUSH0 PUSH0 LOG0 STOP, deployed by every creation below. */
const LOGGING = '0x635f5fa0006000526004601cf3'

async function transaction(nonce: number, change: Record<string, unknown> = {}): Promise<Hex> {
  return accountOf(0).signTransaction({
    chainId: CHAIN_ID,
    nonce,
    to: `0x${'4e'.repeat(20)}`,
    gas: 100_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    ...change,
  } as never)
}

describe('JSON-RPC', () => {
  let l2: TestL2
  let pool: Pool
  let rpc: RpcServer
  let url: string
  const endings: (() => unknown)[] = []
  before(async () => {
    const network = await createTestNetwork()
    l2 = await createTestChain(
      { after: (end: () => unknown) => endings.push(end) } as never,
      network,
    )
    const { engine, database } = l2
    const at = async (address: Hex) => ({
      nonce: BigInt((await engine.request('eth_getTransactionCount', [address, 'latest'])) as Hex),
      balance: BigInt((await engine.request('eth_getBalance', [address, 'latest'])) as Hex),
    })
    const decode = await createDecoder(network.rules, network.genesis)
    const accounts = { at, settledNonce: async () => 0n }
    pool = await Pool.open({ database, decode, accounts, nowSec: () => 0 })
    rpc = createRpcServer({
      fallback: (_, response) => response.writeHead(404).end(),
      reader: createReader({
        engine,
        chainId: CHAIN_ID,
        pool,
        submit: (raw) => pool.add(raw),
        version: 'test',
      }),
      pool,
      headNumber: async () => (await engine.head()).number,
      logger: Log.create({ name: 'test', level: 'silent' }),
    })
    await new Promise<void>((resolve) => rpc.server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(rpc.server.address() as AddressInfo).port}`
  })
  after(async () => {
    await rpc.close()
    for (const end of endings) await end()
  })

  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers })
  const call = async (method: string, ...params: unknown[]) => {
    const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    return (await answer.json()) as { result?: never; error?: { code: number; message: string } }
  }
  const block = async (raws: readonly Hex[]) => {
    await l2.produce(raws.map(fromHex))
    await rpc.noteBlocks([(await l2.engine.head()).number])
  }

  it('answers what is malformed by the codes of JSON-RPC 2.0', async () => {
    const codeOf = async (body: string) =>
      ((await (await post(body)).json()) as { error: { code: number } }).error.code
    assert.equal(await codeOf('{'), -32700)
    for (const body of ['1', '[]', '{}', '{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}']) {
      assert.equal(await codeOf(body), -32600, body)
    }
    const one = { jsonrpc: '2.0', id: 1 }
    assert.equal(
      await codeOf(JSON.stringify({ ...one, method: 'eth_chainId', params: {} })),
      -32600,
    )
    assert.equal(await codeOf(JSON.stringify({ ...one, id: {}, method: 'eth_chainId' })), -32600)
    assert.equal(await codeOf(JSON.stringify({ ...one, method: 'toString' })), -32601)
    assert.equal(
      await codeOf(JSON.stringify({ ...one, method: 'debug_setHead', params: ['0x0'] })),
      -32601,
    )
    assert.equal((await call('eth_getBalance', 'x')).error?.code, -32602)
    assert.equal((await call('eth_sendTransaction', {})).error?.code, -32000)
  })

  it('answers batches in order, and nothing to what asks for no answer', async () => {
    const requests = [
      { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' },
      { jsonrpc: '2.0', method: 'eth_chainId' },
      1,
      { jsonrpc: '2.0', id: 2, method: 'net_version', params: [] },
    ]
    const answer = (await (await post(JSON.stringify(requests))).json()) as { id: unknown }[]
    assert.deepEqual(
      answer.map(({ id }) => id),
      ['a', null, 2],
    )
    const silent = await post(JSON.stringify({ jsonrpc: '2.0', method: 'eth_chainId' }))
    assert.equal(silent.status, 204)
    const many = JSON.stringify(Array.from({ length: 1001 }, () => requests[0]))
    const refused = (await (await post(many)).json()) as { error: { code: number } }
    assert.equal(refused.error.code, -32600)
  })

  it('refuses pages of a browser, other names of the host, and what is too long', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })
    assert.equal((await post(body, { origin: 'https://example.org' })).status, 403)
    assert.equal((await post(' '.repeat(REQUEST_BYTES + 1))).status, 413)
    assert.equal((await fetch(`${url}/x`, { method: 'POST', body })).status, 404)
    const socket = new WebSocket(url.replace('http', 'ws'), { origin: 'https://example.org' })
    await assert.rejects(
      new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)),
    )
  })

  it('shows a transaction that waits as pending, and counts it', async () => {
    const raw = await transaction(0)
    const { result: hash } = await call('eth_sendRawTransaction', raw)
    const { result } = await call('eth_getTransactionByHash', hash)
    assert.equal((result as unknown as { blockNumber: null }).blockNumber, null)
    const { address } = accountOf(0)
    assert.equal((await call('eth_getTransactionCount', address, 'pending')).result, '0x1')
    assert.equal((await call('eth_getTransactionCount', address, 'latest')).result, '0x0')
    assert.equal((await call('eth_getRawTransactionByHash', hash)).result, raw)
    assert.match((await call('eth_sendRawTransaction', raw)).error?.message ?? '', /already known/)
    await block([raw])
    const { result: mined } = await call('eth_getTransactionByHash', hash)
    assert.equal((mined as unknown as { blockNumber: Hex }).blockNumber, '0x1')
  })

  it('has filters that give what came since, each once', async () => {
    const head = async () => (await l2.engine.head()).hash
    const [blocks, waiting] = [
      await call('eth_newBlockFilter'),
      await call('eth_newPendingTransactionFilter'),
    ]
    const { result: hash } = await call(
      'eth_sendRawTransaction',
      await transaction(1, { to: undefined, data: LOGGING }),
    )
    await block([(await call('eth_getRawTransactionByHash', hash)).result as unknown as Hex])
    const { result: receipt } = await call('eth_getTransactionReceipt', hash)
    const { contractAddress } = receipt as unknown as { contractAddress: Hex }
    const logs = await call('eth_newFilter', { address: contractAddress })
    await block([await transaction(2, { to: contractAddress })])
    const found = (await call('eth_getFilterChanges', logs.result)).result as unknown as unknown[]
    assert.equal(found.length, 1)
    assert.deepEqual((await call('eth_getFilterChanges', logs.result)).result, [])
    assert.equal(((await call('eth_getFilterLogs', logs.result)).result as unknown as []).length, 1)
    const seen = (await call('eth_getFilterChanges', blocks.result)).result as unknown as Hex[]
    assert.deepEqual([seen.length, seen[1]], [2, await head()])
    assert.deepEqual((await call('eth_getFilterChanges', waiting.result)).result, [hash])
    assert.equal((await call('eth_uninstallFilter', logs.result)).result, true)
    assert.equal(
      (await call('eth_getFilterChanges', logs.result)).error?.message,
      'filter not found',
    )
  })

  it('tells subscribers about heads, logs and what waits', async (t) => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    defer(t, () => socket.terminate())
    await new Promise((resolve) => socket.once('open', resolve))
    const messages: Record<string, never>[] = []
    let wake = () => {}
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)))
      wake()
    })
    const next = async (check: (message: Record<string, never>) => boolean) => {
      for (;;) {
        const index = messages.findIndex(check)
        if (index >= 0) return messages.splice(index, 1)[0] as never
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    const ask = async (id: number, method: string, ...params: unknown[]) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return (await next((message) => message['id'] === id)) as {
        result: Hex
        error?: { code: number }
      }
    }
    const heads = await ask(1, 'eth_subscribe', 'newHeads')
    const waiting = await ask(2, 'eth_subscribe', 'newPendingTransactions')
    const logs = await ask(3, 'eth_subscribe', 'logs', {})
    assert.equal((await ask(4, 'eth_subscribe', 'weather')).error?.code, -32602)
    const of = (id: Hex) => (message: Record<string, never>) =>
      (message['params'] as { subscription?: Hex } | undefined)?.subscription === id
    const raw = await transaction(3, { to: undefined, data: LOGGING })
    const { result: hash } = await ask(5, 'eth_sendRawTransaction', raw)
    const told = (await next(of(waiting.result))) as { params: { result: Hex } }
    assert.equal(told.params.result, hash)
    await block([raw])
    const head = (await next(of(heads.result))) as {
      params: { result: { hash: Hex; transactions?: unknown } }
    }
    assert.equal(head.params.result.hash, (await l2.engine.head()).hash)
    assert.equal(head.params.result.transactions, undefined)
    const { result: receipt } = (await ask(6, 'eth_getTransactionReceipt', hash)) as never as {
      result: { contractAddress: Hex }
    }
    await block([await transaction(4, { to: receipt.contractAddress })])
    const log = (await next(of(logs.result))) as { params: { result: { address: Hex } } }
    assert.equal(log.params.result.address, receipt.contractAddress.toLowerCase())
    assert.equal((await ask(7, 'eth_unsubscribe', heads.result)).result, true)
    assert.equal((await ask(8, 'eth_unsubscribe', heads.result)).result, false)
  })
})
