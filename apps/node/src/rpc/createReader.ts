import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { Engine } from '../engine/Engine.ts'
import { pendingView } from '../engine/ethereumjs/reads/views.ts'
import type { Pool } from '../pool/Pool.ts'
import { quantity, toAddress, toBlockId, toData, toHash } from './params.ts'
import type { Reader } from './Reader.ts'
import { CODES, RpcError } from './RpcError.ts'

export type ReaderParts = {
  engine: Engine
  chainId: number
  /** Transactions that wait here; undefined where this node hands them on. */
  pool: Pool
  /** Takes a transaction in: into the pool, or on to the sequencer. */
  submit: (raw: Uint8Array) => Promise<Hex>
  /** What the node calls itself. */
  version: string
  /** Sees each call beside its answer, for what belongs to no engine. */
  extra?: Readonly<Record<string, (params: readonly unknown[]) => Promise<unknown>>>
}

/** The node's answers: what waits and what was sent by itself, the rest by its engine. */
export function createReader(parts: ReaderParts): Reader {
  const { engine, chainId, pool, submit, version, extra = {} } = parts
  const methods: Record<string, (params: readonly unknown[]) => unknown> = {
    eth_chainId: () => quantity(chainId),
    net_version: () => String(chainId),
    net_listening: () => true,
    net_peerCount: () => '0x0',
    web3_clientVersion: () => version,
    web3_sha3: ([data]) => toHex(keccak256(fromHex(toData(data, 'data')))),
    eth_sendRawTransaction: async ([raw]) => submit(fromHex(toData(raw, 'transaction'))),
    eth_sendTransaction: () => {
      throw new RpcError(CODES.server, 'unknown account: the node holds no keys of users')
    },
    async eth_getTransactionCount(params) {
      const [address, block] = params
      const id = toBlockId(block)
      if (id.kind !== 'tag' || id.tag !== 'pending') {
        return engine.request('eth_getTransactionCount', params)
      }
      return quantity(await pool.pendingNonce(toAddress(address, 'address')))
    },
    async eth_getTransactionByHash(params) {
      const found = await engine.request('eth_getTransactionByHash', params)
      if (found !== null) return found
      const waiting = pool.get(toHash(params[0], 'hash'))
      return waiting === undefined ? null : pendingView(waiting.transaction)
    },
    async eth_getRawTransactionByHash(params) {
      const found = await engine.request('eth_getRawTransactionByHash', params)
      if (found !== null && found !== '0x') return found
      const waiting = pool.get(toHash(params[0], 'hash'))
      return waiting === undefined ? null : toHex(waiting.raw)
    },
    txpool_status: () => ({ pending: quantity(pool.size), queued: '0x0' }),
    ...extra,
  }
  return {
    async request(method, params) {
      const own = Object.hasOwn(methods, method) ? methods[method] : undefined
      // The pending block is the newest one: what waits has no state of its own.
      const settled = own === undefined ? params.map(withoutPending) : params
      return own === undefined ? engine.request(method, settled) : own(settled)
    },
  }
}

function withoutPending(param: unknown): unknown {
  if (param === 'pending') return 'latest'
  if (typeof param !== 'object' || param === null || Array.isArray(param)) return param
  const { fromBlock, toBlock } = param as Record<string, unknown>
  if (fromBlock !== 'pending' && toBlock !== 'pending') return param
  return {
    ...param,
    ...(fromBlock !== undefined && { fromBlock: withoutPending(fromBlock) }),
    ...(toBlock !== undefined && { toBlock: withoutPending(toBlock) }),
  }
}
