import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { accumulate, type BatchRecord, ZERO_HASH } from '@ambrosia/rollup/Batch'
import * as Entry from '@ambrosia/rollup/InboxEntry'
import * as MessageTree from '@ambrosia/rollup/MessageTree'
import type { Kysely } from '@ambrosia/service/Database'
import type { EntryRow, NodeTables, RecordRow } from '../database/tables.ts'

/** A record with where it stands. */
export type PlacedRecord = BatchRecord & { position: number; accumulator: Hex }

export type NewEntry = { entry: Entry.InboxEntry; anchor: Hex; l1Block: number }
export type NewRecord = { record: PlacedRecord; l1Block: number }

/**
 * What L1 has said: inbox entries and records, in the database and, since they are small, in
 * memory. Everything is checked as it comes: an anchor or an accumulator that does not follow means
 * an L1 node that lies or skips.
 */
export class L1Log {
  private readonly database: Kysely<NodeTables>
  private readonly list: Entry.InboxEntry[] = []
  private readonly anchors: Hex[] = [MessageTree.anchor(MessageTree.EMPTY)]
  private readonly frontiers: MessageTree.Frontier[] = [MessageTree.EMPTY]
  private readonly recordList: PlacedRecord[] = []

  private constructor(database: Kysely<NodeTables>) {
    this.database = database
  }

  static async open(database: Kysely<NodeTables>): Promise<L1Log> {
    const log = new L1Log(database)
    const entries = await database.selectFrom('entry').selectAll().orderBy('position').execute()
    for (const row of entries) log.push(fromRow(row), row.anchor)
    const records = await database.selectFrom('record').selectAll().orderBy('position').execute()
    for (const row of records) log.pushRecord(recordFromRow(row))
    return log
  }

  /** Entries so far. */
  get count(): number {
    return this.list.length
  }

  /** Records so far. */
  get recordCount(): number {
    return this.recordList.length
  }

  /** Entries from one position to before another. */
  entries(from: number, to: number): readonly Entry.InboxEntry[] {
    return this.list.slice(from, to)
  }

  /** `anchor(count)`; undefined where L1 has fewer entries. */
  anchorAt(count: number): Hex | undefined {
    return this.anchors[count]
  }

  /** The tree of the first `count` entries. */
  frontierAt(count: number): MessageTree.Frontier {
    return this.frontiers[count] as MessageTree.Frontier
  }

  /** Leaves of the first `count` entries. */
  leaves(count: number): Hex[] {
    return this.list.slice(0, count).map(Entry.hash)
  }

  recordAt(position: number): PlacedRecord | undefined {
    return this.recordList[position]
  }

  /** Accumulator over the first `count` records. */
  accumulatorAt(count: number): Hex | undefined {
    return count === 0 ? ZERO_HASH : this.recordList[count - 1]?.accumulator
  }

  /**
   * Stores what a range of L1 blocks said; what is there already is passed over.
   * @throws L1Log.Inconsistent
   */
  async append(entries: readonly NewEntry[], records: readonly NewRecord[]): Promise<void> {
    const fresh = entries.filter(({ entry }) => entry.index >= this.count)
    const freshRecords = records.filter(({ record }) => record.position >= this.recordCount)
    const state = { count: this.count, recordCount: this.recordCount }
    try {
      for (const { entry, anchor } of fresh) this.push(entry, anchor)
      for (const { record } of freshRecords) this.pushRecord(record)
      await this.database.transaction().execute(async (transaction) => {
        for (const part of chunks(fresh.map(toRow))) {
          await transaction.insertInto('entry').values(part).execute()
        }
        for (const part of chunks(freshRecords.map(toRecordRow))) {
          await transaction.insertInto('record').values(part).execute()
        }
      })
    } catch (error) {
      this.truncate(state.count, state.recordCount)
      throw error
    }
  }

  /** Forgets what L1 blocks from this one on said. */
  async forgetFrom(l1Block: number): Promise<void> {
    await this.database.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('entry').where('l1_block', '>=', l1Block).execute()
      await transaction.deleteFrom('record').where('l1_block', '>=', l1Block).execute()
    })
    const countRows = async (table: 'entry' | 'record') => {
      const row = await this.database
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow()
      return Number(row.rows)
    }
    this.truncate(await countRows('entry'), await countRows('record'))
  }

  private push(entry: Entry.InboxEntry, anchor: Hex): void {
    const before = this.frontiers.at(-1) as MessageTree.Frontier
    const next = MessageTree.append(before, Entry.hash(entry))
    if (entry.index !== this.count || MessageTree.anchor(next) !== anchor) {
      throw new InconsistentError('entry', entry.index)
    }
    this.list.push(entry)
    this.frontiers.push(next)
    this.anchors.push(anchor)
  }

  private pushRecord(record: PlacedRecord): void {
    const before = this.accumulatorAt(this.recordCount) as Hex
    const isNext = record.position === this.recordCount
    if (!isNext || accumulate(before, record) !== record.accumulator) {
      throw new InconsistentError('record', record.position)
    }
    this.recordList.push(record)
  }

  private truncate(count: number, recordCount: number): void {
    this.list.length = count
    this.frontiers.length = count + 1
    this.anchors.length = count + 1
    this.recordList.length = recordCount
  }
}

/** Rows of one statement; databases bound their parameters. */
const CHUNK_COUNT = 500

function* chunks<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += CHUNK_COUNT) yield rows.slice(at, at + CHUNK_COUNT)
}

function toRow({ entry, anchor, l1Block }: NewEntry): EntryRow {
  return {
    position: entry.index,
    kind: entry.kind,
    timestamp_sec: entry.timestamp,
    sender: entry.sender,
    token: entry.token,
    amount: entry.amount.toString(),
    commitment: entry.commitment,
    sealed: toHex(entry.sealed),
    encryption_key: entry.encryptionKey,
    metadata_hash: entry.metadataHash,
    anchor,
    l1_block: l1Block,
  }
}

function fromRow(row: EntryRow): Entry.InboxEntry {
  return {
    kind: row.kind as Entry.Kind,
    index: row.position,
    timestamp: Number(row.timestamp_sec),
    sender: row.sender,
    token: row.token,
    amount: BigInt(row.amount),
    commitment: row.commitment,
    sealed: fromHex(row.sealed),
    encryptionKey: row.encryption_key,
    metadataHash: row.metadata_hash,
  }
}

function toRecordRow({ record, l1Block }: NewRecord): RecordRow {
  return {
    position: record.position,
    commitment: record.commitment,
    inbox_count: record.inboxCount,
    anchor: record.anchor,
    l1_timestamp_sec: record.l1Timestamp,
    accumulator: record.accumulator,
    l1_block: l1Block,
  }
}

function recordFromRow(row: RecordRow): PlacedRecord {
  return {
    position: row.position,
    commitment: row.commitment,
    inboxCount: row.inbox_count,
    anchor: row.anchor,
    l1Timestamp: Number(row.l1_timestamp_sec),
    accumulator: row.accumulator,
  }
}

export class InconsistentError extends AmbrosiaError {
  constructor(what: string, position: number) {
    super('L1Log.Inconsistent', `${what} ${position} of L1 does not follow from those before`, {
      hint: 'The L1 node answers with another chain, or left events out.',
    })
  }
}
