import type { Hex } from '@ambrosia/primitives/Bytes'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import type { PoolTransaction } from '../pool/decodeTransaction.ts'
import { quantity, toObject } from './params.ts'
import type { Reader } from './Reader.ts'
import { CODES, RpcError } from './RpcError.ts'

/** Filters open at once, and how long one lives unasked. */
const FILTER_COUNT = 1000
const FILTER_LIFE_MS = 5 * 60_000

type Filter =
  | { kind: 'blocks'; next: number }
  | { kind: 'logs'; next: number; query: Record<string, unknown> }
  | { kind: 'transactions'; hashes: Hex[] }

type Open = Filter & { usedAt: number }

/**
 * The filters of eth_newFilter and its relatives, in memory: whoever polls finds what came since.
 */
export class Filters {
  private readonly reader: Reader
  private readonly headNumber: () => Promise<number>
  private readonly now: () => number
  private readonly open = new Map<Hex, Open>()

  constructor(reader: Reader, headNumber: () => Promise<number>, now: () => number = Date.now) {
    this.reader = reader
    this.headNumber = headNumber
    this.now = now
  }

  /** Methods of JSON-RPC that belong here. */
  readonly methods: Readonly<Record<string, (params: readonly unknown[]) => Promise<unknown>>> = {
    eth_newBlockFilter: async () =>
      this.add({ kind: 'blocks', next: (await this.headNumber()) + 1 }),
    eth_newPendingTransactionFilter: async () => this.add({ kind: 'transactions', hashes: [] }),
    eth_newFilter: async ([value]) => {
      const query = toObject(value ?? {}, 'filter')
      // A filter that could never answer is refused now.
      await this.reader.request('eth_getLogs', [
        { ...query, fromBlock: 'latest', toBlock: 'latest' },
      ])
      return this.add({ kind: 'logs', query, next: (await this.headNumber()) + 1 })
    },
    eth_uninstallFilter: async ([id]) => this.open.delete(id as Hex),
    eth_getFilterChanges: async ([id]) => this.changes(this.find(id)),
    eth_getFilterLogs: async ([id]) => {
      const filter = this.find(id)
      if (filter.kind !== 'logs') throw new RpcError(CODES.server, 'filter not found')
      return this.reader.request('eth_getLogs', [filter.query])
    },
  }

  /** Notes a transaction for those who wait for them. */
  noteTransaction({ hash }: PoolTransaction): void {
    for (const filter of this.open.values()) {
      if (filter.kind === 'transactions' && filter.hashes.length < FILTER_COUNT) {
        filter.hashes.push(hash)
      }
    }
  }

  private add(filter: Filter): Hex {
    const now = this.now()
    for (const [id, { usedAt }] of this.open)
      if (now - usedAt > FILTER_LIFE_MS) this.open.delete(id)
    if (this.open.size >= FILTER_COUNT) throw new RpcError(CODES.limit, 'too many filters')
    const id = toHex(random(16))
    this.open.set(id, { ...filter, usedAt: now })
    return id
  }

  private find(id: unknown): Open {
    const filter = this.open.get(id as Hex)
    if (filter === undefined) throw new RpcError(CODES.server, 'filter not found')
    filter.usedAt = this.now()
    return filter
  }

  private async changes(filter: Open): Promise<unknown[]> {
    if (filter.kind === 'transactions') return filter.hashes.splice(0)
    const head = await this.headNumber()
    const from = filter.next
    if (from > head) return []
    filter.next = head + 1
    if (filter.kind === 'blocks') {
      const hashes: unknown[] = []
      for (let number = from; number <= head; number++) {
        const block = await this.reader.request('eth_getBlockByNumber', [quantity(number), false])
        if (block !== null) hashes.push((block as { hash: Hex }).hash)
      }
      return hashes
    }
    const range = { fromBlock: quantity(from), toBlock: quantity(head) }
    const { blockHash: _one, ...query } = filter.query
    return (await this.reader.request('eth_getLogs', [{ ...query, ...range }])) as unknown[]
  }
}
