import type { Hex } from '@ambrosia/primitives/Bytes'
import type { CursorTable } from '@ambrosia/service/ChainCursor'

/** An entry of the inbox, as L1 told it. */
export type EntryRow = {
  position: number
  kind: number
  timestamp_sec: number
  sender: Hex
  token: Hex
  amount: string
  commitment: Hex
  sealed: Hex
  encryption_key: Hex
  metadata_hash: Hex
  /** `anchor` of the entries up to and including it. */
  anchor: Hex
  l1_block: number
}

/** A record of a batch, as L1 told it. */
export type RecordRow = {
  position: number
  commitment: Hex
  inbox_count: number
  anchor: Hex
  l1_timestamp_sec: number
  accumulator: Hex
  l1_block: number
}

/** A batch's body that this node keeps, by what L1 is given of it. */
export type BodyRow = {
  commitment: Hex
  /** Salt and compressed body in base64url. */
  packed: string
}

/** A block that is ordered and not settled yet, with the sequencer's signature. */
export type SoftBlockRow = {
  number: number
  hash: Hex
  /** RLP in base64url. */
  bytes: string
  signature: Hex
}

/** Where the blocks of a record ended. */
export type EndRow = {
  position: number
  /** Accumulator after the record: another one means that L1 has another past now. */
  accumulator: Hex
  block_number: number
  block_hash: Hex
  salt: Hex
  outbox_root: Hex
}

/** A batch that this node made and wants on L1. */
export type OutgoingRow = {
  position: number
  accumulator: Hex
  commitment: Hex
  inbox_count: number
  anchor: Hex
}

/** A transaction that waits for its block, or whose block is not settled yet. */
export type PoolRow = {
  hash: Hex
  raw: Hex
  sender: Hex
  nonce: number
  /** Order in which they came. */
  arrival: number
  since_sec: number
  /** 1 where it was sent through L1. */
  is_forced: number
}

export type NodeTables = CursorTable & {
  entry: EntryRow
  record: RecordRow
  body: BodyRow
  soft_block: SoftBlockRow
  record_end: EndRow
  outgoing: OutgoingRow
  pool: PoolRow
}
