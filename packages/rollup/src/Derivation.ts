import { fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type BatchBlock, type BatchRecord, decodeBody } from './Batch.ts'
import { type ChainRules, LIMITS } from './ChainRules.ts'
import { type InboxEntry, KINDS, type Opened, WEI_PER_GWEI } from './InboxEntry.ts'
import { hashWords } from './internal/abi.ts'
import { dropReason } from './Transaction.ts'

/** What a block needs of the one before it; docs/protocol/rollup.md, section 4. */
export type Parent = {
  number: number
  hash: Hex
  timestamp: number
  /** Inbox entries consumed up to and including it: its `extraData`. */
  count: number
}

/** A deposit as EIP-4895 credits it. */
export type Withdrawal = {
  /** Index of the inbox entry. */
  index: number
  address: Hex
  amountGwei: bigint
}

/** Everything of a block that does not follow from executing it. */
export type Attributes = {
  parentHash: Hex
  number: number
  timestamp: number
  prevRandao: Hex
  feeRecipient: Hex
  gasLimit: number
  extraData: Hex
  /** `parentBeaconBlockRoot`. */
  anchor: Hex
  withdrawals: readonly Withdrawal[]
  /** In their order; those that Ethereum's rules do not let stand at their place are dropped. */
  candidates: readonly Uint8Array[]
  /** How many of the candidates are forced: the first ones. */
  forcedCount: number
}

/** Where the blocks of a record have come to. */
export type Cursor = {
  /** Blocks of the body that stand so far; undefined when the body has ended. */
  position: number | undefined
  /** Of the last block so far. */
  timestamp: number
  count: number
  /** Used by the blocks of the record so far. */
  gasUsed: bigint
}

/** The record with what its blocks follow from. */
export type RecordContents = {
  rules: ChainRules
  record: BatchRecord
  /** Blocks of its body; none for a record without data. */
  blocks: readonly BatchBlock[]
  /** Inbox entries consumed before the record. */
  firstCount: number
  /** Kinds of the entries from there to the record's count. */
  kinds: readonly InboxEntry['kind'][]
}

/** A record's contents from its body; undefined stands for a record without data. */
export function openRecord(options: {
  rules: ChainRules
  record: BatchRecord
  body: Uint8Array | undefined
  firstCount: number
  kinds: readonly InboxEntry['kind'][]
}): RecordContents {
  const { body, ...rest } = options
  return { ...rest, blocks: body === undefined ? [] : decodeBody(body) }
}

/** Before the first block of a record, which follows `parent`. */
export function startOf(parent: { timestamp: number; count: number }): Cursor {
  return { position: 0, timestamp: parent.timestamp, count: parent.count, gasUsed: 0n }
}

/**
 * The next block that a record means and the cursor at it, less the gas that the block will use;
 * undefined at the end.
 */
export function nextBlock(
  contents: RecordContents,
  cursor: Cursor,
): { block: BatchBlock; cursor: Cursor } | undefined {
  const { record, firstCount, kinds } = contents
  const limit = cursor.count + consumable(kinds.slice(cursor.count - firstCount))
  const own = ownBlock(contents, cursor, limit)
  if (own !== undefined) {
    const { timestamp, count } = own
    const position = (cursor.position as number) + 1
    return { block: own, cursor: { ...cursor, position, timestamp, count } }
  }
  if (cursor.count >= record.inboxCount) return undefined
  const timestamp = Math.max(cursor.timestamp + 1, record.l1Timestamp)
  const count = Math.min(limit, record.inboxCount)
  return {
    block: { timestamp, count, transactions: [] },
    cursor: { ...cursor, position: undefined, timestamp, count },
  }
}

/** The block of the body at the cursor, if it stands. */
function ownBlock(
  { rules, record, blocks }: RecordContents,
  cursor: Cursor,
  limit: number,
): BatchBlock | undefined {
  if (cursor.position === undefined) return undefined
  const block = blocks[cursor.position]
  if (block === undefined || cursor.gasUsed >= BigInt(rules.recordGas)) return undefined
  if (block.timestamp <= cursor.timestamp) return undefined
  if (block.timestamp > record.l1Timestamp + rules.maximumDrift) return undefined
  if (block.count < cursor.count || block.count > record.inboxCount) return undefined
  return block.count > limit ? undefined : block
}

/** How many of the entries to come one block may consume at most. */
export function consumable(kinds: readonly InboxEntry['kind'][]): number {
  let forced = 0
  let count = 0
  for (const kind of kinds) {
    if (count === LIMITS.entriesPerBlock) break
    if (kind === KINDS.forced && ++forced > LIMITS.forcedPerBlock) break
    count++
  }
  return count
}

/**
 * The attributes of a block on its parent. `opened` are the entries that it consumes, in order.
 * @throws Derivation.EntriesMismatch where they are not those from the parent's count to the
 * block's
 */
export function attributes(options: {
  rules: ChainRules
  parent: Parent
  block: BatchBlock
  opened: readonly Opened[]
  /** `anchor(block.count)`. */
  anchor: Hex
}): Attributes {
  const { rules, parent, block, opened, anchor } = options
  const isExact =
    opened.length === block.count - parent.count &&
    opened.every(({ entry }, i) => entry.index === parent.count + i)
  if (!isExact) throw new EntriesMismatchError(parent.count, block.count)
  const forced = opened.flatMap(({ transaction }) => {
    if (transaction === undefined) return []
    return dropReason(rules, transaction, true) === undefined ? [transaction] : []
  })
  const own = block.transactions.filter((raw) => dropReason(rules, raw, false) === undefined)
  return {
    parentHash: parent.hash,
    number: parent.number + 1,
    timestamp: block.timestamp,
    prevRandao: hashWords(parent.hash, anchor),
    feeRecipient: rules.feeRecipient,
    gasLimit: rules.gasLimit,
    extraData: toHex(fromUint(block.count, 8)),
    anchor,
    withdrawals: opened.filter(({ entry }) => entry.kind === KINDS.deposit).map(toWithdrawal),
    candidates: [...forced, ...own],
    forcedCount: forced.length,
  }
}

function toWithdrawal({ entry, recipient }: Opened): Withdrawal {
  return {
    index: entry.index,
    address: recipient ?? entry.sender,
    amountGwei: entry.amount / WEI_PER_GWEI,
  }
}

export class EntriesMismatchError extends AmbrosiaError {
  constructor(from: number, to: number) {
    super('Derivation.EntriesMismatch', `expected exactly the inbox entries ${from} to ${to}`)
  }
}
