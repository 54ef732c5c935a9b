import type { Hex } from '@ambrosia/primitives/Bytes'
import Database from 'better-sqlite3'

/**
 * What the embedded engine keeps: trie nodes and codes by their hashes, blocks with receipts, and
 * which of them are canonical. One block is one transaction of the database, so that a process
 * killed at any moment finds the block whole or not at all.
 */
export type StoredBlock = {
  hash: Hex
  number: number
  parentHash: Hex
  /** RLP of the header. */
  header: Uint8Array
  /** RLP of the whole block. */
  block: Uint8Array
  /** RLP of the receipts. */
  receipts: Uint8Array
  logsBloom: Uint8Array
  /** Senders of the transactions, 20 bytes each. */
  senders: Uint8Array
  /** Total difficulty up to and including it; what counts before the merge. */
  totalDifficulty: bigint
}

export type Tag = 'head' | 'safe' | 'finalized'

export type BlockStore = ReturnType<typeof openBlockStore>

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blocks (
    hash TEXT PRIMARY KEY, number INTEGER NOT NULL, parent_hash TEXT NOT NULL,
    header BLOB NOT NULL, block BLOB NOT NULL, receipts BLOB NOT NULL, logs_bloom BLOB NOT NULL,
    senders BLOB NOT NULL, total_difficulty TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS blocks_by_number ON blocks (number);
  CREATE TABLE IF NOT EXISTS canonical (number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS transactions (
    hash TEXT NOT NULL, block_hash TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (hash, block_hash)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tags (name TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
`

/** Blocks kept in memory. */
const RECENT_COUNT = 16

type Row = {
  hash: Hex
  number: number
  parent_hash: Hex
  header: Uint8Array
  block: Uint8Array
  receipts: Uint8Array
  logs_bloom: Uint8Array
  senders: Uint8Array
  total_difficulty: string
}

/** Opens the database of an engine; `:memory:` keeps nothing. */
export function openBlockStore(path: string) {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(SCHEMA)
  const statements = {
    entry: database.prepare('SELECT value FROM entries WHERE key = ?').pluck(),
    putEntry: database.prepare('INSERT OR IGNORE INTO entries VALUES (?, ?)'),
    block: database.prepare('SELECT * FROM blocks WHERE hash = ?'),
    putBlock: database.prepare(
      `INSERT OR IGNORE INTO blocks VALUES (@hash, @number, @parentHash, @header, @block, @receipts, @logsBloom,
       @senders, @totalDifficulty)`,
    ),
    putTransaction: database.prepare('INSERT OR IGNORE INTO transactions VALUES (?, ?, ?)'),
    canonical: database.prepare('SELECT hash FROM canonical WHERE number = ?').pluck(),
    putCanonical: database.prepare('INSERT OR REPLACE INTO canonical VALUES (?, ?)'),
    dropCanonical: database.prepare('DELETE FROM canonical WHERE number > ?'),
    tag: database.prepare('SELECT hash FROM tags WHERE name = ?').pluck(),
    putTag: database.prepare('INSERT OR REPLACE INTO tags VALUES (?, ?)'),
    transaction: database.prepare(
      `SELECT t.block_hash AS blockHash, t.position, b.number FROM transactions t
       JOIN blocks b ON b.hash = t.block_hash JOIN canonical c ON c.number = b.number AND c.hash = b.hash
       WHERE t.hash = ?`,
    ),
    blooms: database.prepare(
      `SELECT b.number, b.hash, b.logs_bloom AS bloom FROM canonical c JOIN blocks b ON b.hash = c.hash
       WHERE c.number BETWEEN ? AND ? ORDER BY c.number`,
    ),
  }
  // Nearly every question is about the head or a block close to it.
  const recent = new Map<Hex, StoredBlock>()
  const tags = new Map<Tag, Hex>()
  const getBlock = (hash: Hex): StoredBlock | undefined => {
    const known = recent.get(hash)
    if (known !== undefined) return known
    const row = statements.block.get(hash) as Row | undefined
    if (row === undefined) return undefined
    const block = fromRow(row)
    if (recent.size >= RECENT_COUNT) recent.clear()
    recent.set(hash, block)
    return block
  }
  const tag = (name: Tag): Hex | undefined => {
    const hash = tags.get(name) ?? (statements.tag.get(name) as Hex | undefined)
    if (hash !== undefined) tags.set(name, hash)
    return hash
  }
  const moveHead = database.transaction((head: Hex) => {
    let block = getBlock(head)
    if (block === undefined) throw new Error(`no block ${head}`)
    statements.dropCanonical.run(block.number)
    while (block !== undefined && statements.canonical.get(block.number) !== block.hash) {
      statements.putCanonical.run(block.number, block.hash)
      block = getBlock(block.parentHash)
    }
    statements.putTag.run('head', head)
  })

  return {
    /** A trie node or code by the key that ethereumjs gives it. */
    getEntry: (key: string) => statements.entry.get(key) as Uint8Array | undefined,
    getBlock,
    canonicalHash: (number: number) => statements.canonical.get(number) as Hex | undefined,
    tag,
    /** Where a transaction stands in the canonical chain. */
    findTransaction: (hash: Hex) =>
      statements.transaction.get(hash) as
        | { blockHash: Hex; position: number; number: number }
        | undefined,
    /** Blooms of canonical blocks, for searches of logs. */
    blooms: (from: number, to: number) =>
      statements.blooms.iterate(from, to) as IterableIterator<{
        number: number
        hash: Hex
        bloom: Uint8Array
      }>,
    /** Writes a block with everything that executing it made. */
    putBlock: database.transaction(
      (
        block: StoredBlock,
        transactionHashes: readonly Hex[],
        entries: Iterable<readonly [string, Uint8Array]>,
      ) => {
        for (const [key, value] of entries) statements.putEntry.run(key, value)
        statements.putBlock.run({ ...block, totalDifficulty: block.totalDifficulty.toString() })
        for (const [position, hash] of transactionHashes.entries()) {
          statements.putTransaction.run(hash, block.hash, position)
        }
      },
    ),
    /** Makes the chain that ends in `head` the canonical one. */
    setHead(head: Hex): void {
      moveHead(head)
      tags.set('head', head)
    },
    setTag(name: Tag, hash: Hex): void {
      statements.putTag.run(name, hash)
      tags.set(name, hash)
    },
    close: () => void database.close(),
  }
}

function fromRow(row: Row): StoredBlock {
  return {
    hash: row.hash,
    number: row.number,
    parentHash: row.parent_hash,
    header: row.header,
    block: row.block,
    receipts: row.receipts,
    logsBloom: row.logs_bloom,
    senders: row.senders,
    totalDifficulty: BigInt(row.total_difficulty),
  }
}
