import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Kysely } from '@ambrosia/service/Database'
import type { NodeTables, PoolRow } from '../database/tables.ts'
import { type Decoder, type PoolTransaction, refuse } from './decodeTransaction.ts'

export const POOL_LIMITS = {
  /** Transactions in all. */
  count: 20_000,
  /** Transactions of one sender that wait. */
  perSender: 256,
  /** Times that a candidate may be dropped from a block before it is forgotten. */
  strikes: 3,
} as const

/** Percent more that a replacement has to pay. */
const REPLACEMENT_PERCENT = 10n
/** Time in which arrivals are gathered into one write. */
const GATHER_MS = 2

/** What the pool asks of the chain. */
export type Accounts = {
  /** Nonce and balance at the head. */
  at(address: Hex): Promise<{ nonce: bigint; balance: bigint }>
  /** Nonce at the settled block. */
  settledNonce(address: Hex): Promise<bigint>
}

type Pending = PoolTransaction & {
  arrival: number
  sinceSec: number
  isForced: boolean
  strikes: number
}

export type PoolOptions = {
  database: Kysely<NodeTables>
  decode: Decoder
  accounts: Accounts
  nowSec: () => number
}

/**
 * Transactions that wait. One is written down before its hash is given out, and is forgotten when
 * its nonce is used in a settled block: until then its block may be undone, and it is wanted again.
 */
export class Pool {
  private readonly database: Kysely<NodeTables>
  private readonly decode: Decoder
  private readonly accounts: Accounts
  private readonly bySender = new Map<Hex, Map<bigint, Pending>>()
  private readonly byHash = new Map<Hex, Pending>()
  private readonly listeners = new Set<(transaction: PoolTransaction) => void>()
  private gathered: { pending: Pending; done: () => void; failed: (error: unknown) => void }[] = []
  private isWriting = false
  private arrivals = 0

  private readonly nowSec: () => number

  private constructor({ database, decode, accounts, nowSec }: PoolOptions) {
    this.database = database
    this.decode = decode
    this.accounts = accounts
    this.nowSec = nowSec
  }

  static async open(options: PoolOptions): Promise<Pool> {
    const pool = new Pool(options)
    const rows = await options.database.selectFrom('pool').selectAll().orderBy('arrival').execute()
    for (const row of rows) {
      pool.hold({
        ...pool.decode(fromHex(row.raw)),
        arrival: Number(row.arrival),
        sinceSec: Number(row.since_sec),
        isForced: row.is_forced === 1,
        strikes: 0,
      })
      pool.arrivals = Number(row.arrival) + 1
    }
    return pool
  }

  get size(): number {
    return this.byHash.size
  }

  /** Told about each new transaction; the function returned ends it. */
  onArrival(listener: (transaction: PoolTransaction) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get(hash: Hex): PoolTransaction | undefined {
    return this.byHash.get(hash)
  }

  /**
   * Takes a signed transaction.
   * @returns its hash, once it is written down.
   * @throws RpcError -32000 saying why not
   */
  async add(raw: Uint8Array): Promise<Hex> {
    const transaction = this.decode(raw)
    const { hash, sender, nonce } = transaction
    if (this.byHash.has(hash)) throw refuse('already known')
    const account = await this.accounts.at(sender)
    if (nonce < account.nonce) {
      throw refuse(`nonce too low: next nonce ${account.nonce}, tx nonce ${nonce}`)
    }
    if (nonce >= account.nonce + BigInt(POOL_LIMITS.perSender)) {
      throw refuse(`nonce too high: next nonce ${account.nonce}, tx nonce ${nonce}`)
    }
    if (transaction.maxCost > account.balance) {
      const { maxCost } = transaction
      throw refuse(
        `insufficient funds for gas * price + value: balance ${account.balance}, tx cost ${maxCost}`,
      )
    }
    const before = this.bySender.get(sender)?.get(nonce)
    if (before === undefined && this.byHash.size >= POOL_LIMITS.count)
      throw refuse('txpool is full')
    if (before !== undefined && !pays(transaction, before)) {
      throw refuse('replacement transaction underpriced')
    }
    await this.write({
      ...transaction,
      arrival: this.arrivals++,
      sinceSec: Math.floor(this.nowSec()),
      isForced: false,
      strikes: 0,
    })
    for (const listener of this.listeners) listener(transaction)
    return hash
  }

  /** Transactions for the next block, in the order in which they may stand. */
  async candidates(limit: { gas: bigint; baseFee: bigint; count: number }): Promise<Uint8Array[]> {
    const ready: { pending: Pending; since: number }[] = []
    for (const [sender, byNonce] of this.bySender) {
      let { nonce } = await this.accounts.at(sender)
      let since = 0
      for (let next = byNonce.get(nonce); next !== undefined; next = byNonce.get(++nonce)) {
        // It can't stand before those with lower nonces have come.
        since = Math.max(since, next.arrival)
        ready.push({ pending: next, since })
      }
    }
    ready.sort((a, b) => a.since - b.since || Number(a.pending.nonce - b.pending.nonce))
    const chosen: Uint8Array[] = []
    const left = new Set<Hex>()
    let gas = 0n
    for (const { pending } of ready) {
      const { sender, gasLimit, maxFeePerGas, raw } = pending
      if (chosen.length === limit.count) break
      // Whoever is left out takes the later ones of the same sender along.
      const isLeft = left.has(sender) || maxFeePerGas < limit.baseFee || gas + gasLimit > limit.gas
      if (isLeft) left.add(sender)
      else {
        chosen.push(raw)
        gas += gasLimit
      }
    }
    return chosen
  }

  /** Notes that candidates did not stand; after some times they are forgotten. */
  async strike(raws: readonly Uint8Array[]): Promise<void> {
    const gone: Pending[] = []
    for (const raw of raws) {
      const pending = this.byHash.get(this.decode(raw).hash)
      if (pending !== undefined && ++pending.strikes >= POOL_LIMITS.strikes) gone.push(pending)
    }
    await this.forget(gone)
  }

  /** Forgets transactions whose nonces are used in the settled chain. */
  async dropSettled(): Promise<void> {
    const gone: Pending[] = []
    for (const [sender, byNonce] of this.bySender) {
      const settled = await this.accounts.settledNonce(sender)
      for (const pending of byNonce.values()) if (pending.nonce < settled) gone.push(pending)
    }
    await this.forget(gone)
  }

  /** The nonce after those of a sender that wait without a gap. */
  async pendingNonce(sender: Hex): Promise<bigint> {
    let { nonce } = await this.accounts.at(sender)
    const byNonce = this.bySender.get(sender)
    while (byNonce?.has(nonce) === true) nonce++
    return nonce
  }

  /** What waits, oldest first, for handing it on. */
  all(): { hash: Hex; raw: Uint8Array }[] {
    return [...this.byHash.values()].sort((a, b) => a.arrival - b.arrival)
  }

  /** What has waited since before a time, is in no block, and was not forced: oldest first. */
  async overdue(beforeSec: number): Promise<PoolTransaction[]> {
    const old = [...this.byHash.values()].filter(
      ({ sinceSec, isForced }) => sinceSec < beforeSec && !isForced,
    )
    const open = await Promise.all(
      old.map(async (one) => one.nonce >= (await this.accounts.at(one.sender)).nonce),
    )
    return old.filter((_, index) => open[index]).sort((a, b) => a.arrival - b.arrival)
  }

  /** Notes that a transaction was sent through L1. */
  async markForced(hash: Hex): Promise<void> {
    const pending = this.byHash.get(hash)
    if (pending !== undefined) pending.isForced = true
    await this.database.updateTable('pool').set({ is_forced: 1 }).where('hash', '=', hash).execute()
  }

  /** Forgets one that nobody will take. */
  async drop(hash: Hex): Promise<void> {
    const pending = this.byHash.get(hash)
    if (pending !== undefined) await this.forget([pending])
  }

  private hold(pending: Pending): void {
    const byNonce = this.bySender.get(pending.sender) ?? new Map<bigint, Pending>()
    const before = byNonce.get(pending.nonce)
    if (before !== undefined) this.byHash.delete(before.hash)
    byNonce.set(pending.nonce, pending)
    this.bySender.set(pending.sender, byNonce)
    this.byHash.set(pending.hash, pending)
  }

  private write(pending: Pending): Promise<void> {
    return new Promise((done, failed) => {
      this.gathered.push({ pending, done, failed })
      if (!this.isWriting) {
        this.isWriting = true
        setTimeout(() => void this.flush(), GATHER_MS)
      }
    })
  }

  private async flush(): Promise<void> {
    const gathered = this.gathered
    this.gathered = []
    try {
      await this.database.transaction().execute(async (transaction) => {
        for (let at = 0; at < gathered.length; at += ROWS) {
          const values = gathered.slice(at, at + ROWS).map(({ pending }) => toRow(pending))
          await transaction
            .insertInto('pool')
            .values(values)
            .onConflict((conflict) => conflict.column('hash').doNothing())
            .execute()
        }
      })
      for (const { pending, done } of gathered) {
        this.hold(pending)
        done()
      }
    } catch (error) {
      for (const { failed } of gathered) failed(error)
    }
    if (this.gathered.length > 0) setTimeout(() => void this.flush(), GATHER_MS)
    else this.isWriting = false
  }

  private async forget(gone: readonly Pending[]): Promise<void> {
    for (const { hash, sender, nonce } of gone) {
      this.byHash.delete(hash)
      const byNonce = this.bySender.get(sender)
      if (byNonce?.get(nonce)?.hash === hash) byNonce.delete(nonce)
      if (byNonce?.size === 0) this.bySender.delete(sender)
    }
    for (let at = 0; at < gone.length; at += ROWS) {
      const hashes = gone.slice(at, at + ROWS).map(({ hash }) => hash)
      await this.database.deleteFrom('pool').where('hash', 'in', hashes).execute()
    }
  }
}

/** Rows of one statement. */
const ROWS = 500

function toRow({ hash, raw, sender, nonce, arrival, sinceSec, isForced }: Pending): PoolRow {
  return {
    hash,
    raw: toHex(raw),
    sender,
    nonce: Number(nonce),
    arrival,
    since_sec: sinceSec,
    is_forced: isForced ? 1 : 0,
  }
}

function pays(next: PoolTransaction, before: PoolTransaction): boolean {
  const enough = (a: bigint, b: bigint) => a * 100n >= b * (100n + REPLACEMENT_PERCENT)
  return (
    enough(next.maxFeePerGas, before.maxFeePerGas) &&
    enough(next.maxPriorityFeePerGas, before.maxPriorityFeePerGas)
  )
}
