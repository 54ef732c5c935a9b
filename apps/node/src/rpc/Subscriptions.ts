import { type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { pendingView } from '../engine/ethereumjs/reads/views.ts'
import type { PoolTransaction } from '../pool/decodeTransaction.ts'
import { quantity, toObject } from './params.ts'
import type { Reader } from './Reader.ts'
import { CODES, invalidParams, RpcError } from './RpcError.ts'

/** Subscriptions of one connection. */
const SUBSCRIPTION_COUNT = 100

type Subscription =
  | { kind: 'newHeads' }
  | { kind: 'logs'; query: Record<string, unknown> }
  | { kind: 'newPendingTransactions'; full: boolean }
  | { kind: 'syncing' }

/**
 * What one WebSocket is subscribed to (eth_subscribe). Answers go through the Reader like all
 * others.
 */
export class Subscriptions {
  private readonly reader: Reader
  private readonly send: (message: unknown) => void
  private readonly open = new Map<Hex, Subscription>()

  constructor(reader: Reader, send: (message: unknown) => void) {
    this.reader = reader
    this.send = send
  }

  readonly methods: Readonly<Record<string, (params: readonly unknown[]) => Promise<unknown>>> = {
    eth_subscribe: async ([kind, options]) => {
      if (this.open.size >= SUBSCRIPTION_COUNT)
        throw new RpcError(CODES.limit, 'too many subscriptions')
      const id = toHex(random(16))
      this.open.set(id, await this.parse(kind, options))
      return id
    },
    eth_unsubscribe: async ([id]) => this.open.delete(id as Hex),
  }

  /** Tells about blocks that became part of the chain. */
  async noteBlocks(numbers: readonly number[]): Promise<void> {
    for (const [id, subscription] of this.open) {
      for (const number of numbers) {
        if (subscription.kind === 'newHeads') {
          const block = await this.reader.request('eth_getBlockByNumber', [quantity(number), false])
          if (block !== null) this.tell(id, headOf(block as Record<string, unknown>))
        } else if (subscription.kind === 'logs') {
          const at = quantity(number)
          const query = { ...subscription.query, fromBlock: at, toBlock: at }
          const logs = await this.reader.request('eth_getLogs', [query])
          for (const log of logs as unknown[]) this.tell(id, log)
        }
      }
    }
  }

  noteTransaction(transaction: PoolTransaction): void {
    for (const [id, subscription] of this.open) {
      if (subscription.kind !== 'newPendingTransactions') continue
      this.tell(id, subscription.full ? pendingView(transaction.transaction) : transaction.hash)
    }
  }

  private tell(subscription: Hex, result: unknown): void {
    this.send({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription, result } })
  }

  private async parse(kind: unknown, options: unknown): Promise<Subscription> {
    if (kind === 'newHeads' || kind === 'syncing') return { kind }
    if (kind === 'newPendingTransactions') return { kind, full: options === true }
    if (kind !== 'logs') throw invalidParams('no such subscription')
    const {
      fromBlock: _from,
      toBlock: _to,
      blockHash: _hash,
      ...query
    } = toObject(options ?? {}, 'filter')
    await this.reader.request('eth_getLogs', [{ ...query, fromBlock: 'latest', toBlock: 'latest' }])
    return { kind, query }
  }
}

/** The fields of a header, as subscriptions show a block. */
function headOf(block: Record<string, unknown>): Record<string, unknown> {
  const {
    transactions: _transactions,
    uncles: _uncles,
    withdrawals: _w,
    size: _size,
    ...header
  } = block
  return header
}
