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
  /** Inbox entries consumed up to and with it: its `extraData`. */
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

/**
 * The blocks that a record means, as far as they follow without executing: those of the body that stand, then catch-up blocks.
 * `kinds` are the kinds of the entries from the parent's count to the record's.
 */
export function plan(options: {
  rules: ChainRules
  record: BatchRecord
  /** Undefined for a record without data. */
  body: Uint8Array | undefined
  parent: { timestamp: number; count: number }
  kinds: readonly InboxEntry['kind'][]
}): BatchBlock[] {
  const { rules, record, body, parent, kinds } = options
  const planned: BatchBlock[] = []
  let { timestamp, count } = parent
  const kindsFrom = (from: number) => kinds.slice(from - parent.count)
  for (const block of body === undefined ? [] : decodeBody(body)) {
    if (block.timestamp <= timestamp) break
    if (block.timestamp > record.l1Timestamp + rules.maximumDrift) break
    if (block.count < count || block.count > record.inboxCount) break
    if (block.count > count + consumable(kindsFrom(count))) break
    planned.push(block)
    timestamp = block.timestamp
    count = block.count
  }
  while (count < record.inboxCount) {
    timestamp = Math.max(timestamp + 1, record.l1Timestamp)
    count = Math.min(count + consumable(kindsFrom(count)), record.inboxCount)
    planned.push({ timestamp, count, transactions: [] })
  }
  return planned
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
 * @throws Derivation.EntriesMismatch where they are not those from the parent's count to the block's
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
