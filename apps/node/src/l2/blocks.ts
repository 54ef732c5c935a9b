import { fromHex, toUint } from '@ambrosia/primitives/Bytes'
import type { BatchBlock } from '@ambrosia/rollup/Batch'
import type { ChainRules } from '@ambrosia/rollup/ChainRules'
import type { Attributes, Parent } from '@ambrosia/rollup/Derivation'
import type { Opened } from '@ambrosia/rollup/InboxEntry'
import { dropReason } from '@ambrosia/rollup/Transaction'
import { type EngineBlock, type Header, withdrawalsOf } from '../engine/Header.ts'

/** Inbox entries consumed up to and including a block: its extra data. Genesis has none. */
export function countOf(header: Header): number {
  return Number(toUint(fromHex(header.extraData)))
}

/** What derivation needs of a block. */
export function toParent(header: Header): Parent {
  const { number, hash, timestamp } = header
  return { number, hash, timestamp, count: countOf(header) }
}

/** True where a block has these attributes; its transactions are another question. */
export function hasAttributes(block: EngineBlock, attributes: Attributes): boolean {
  const { header } = block
  const withdrawals = withdrawalsOf(block.bytes)
  return (
    header.parentHash === attributes.parentHash &&
    header.timestamp === attributes.timestamp &&
    header.extraData === attributes.extraData &&
    header.parentBeaconBlockRoot === attributes.anchor &&
    header.prevRandao === attributes.prevRandao &&
    header.feeRecipient === attributes.feeRecipient &&
    header.gasLimit === BigInt(attributes.gasLimit) &&
    withdrawals.length === attributes.withdrawals.length &&
    withdrawals.every((item, i) => {
      const expected = attributes.withdrawals[i]
      return (
        item.index === expected?.index &&
        item.address === expected.address &&
        item.amountGwei === expected.amountGwei
      )
    })
  )
}

/**
 * True where a block has exactly the candidates as its transactions, so that nothing was dropped.
 */
export function hasAllCandidates(block: EngineBlock, attributes: Attributes): boolean {
  const { transactions } = block
  return (
    transactions.length === attributes.candidates.length &&
    transactions.every((raw, i) => isSame(raw, attributes.candidates[i] as Uint8Array))
  )
}

/**
 * A block as a batch has it: without the forced transactions, which the entries that it consumes
 * bring along.
 */
export function toBatchBlock(
  rules: ChainRules,
  block: EngineBlock,
  consumed: readonly Opened[],
): BatchBlock {
  const { header, transactions } = block
  let own = 0
  for (const { transaction } of consumed) {
    if (transaction === undefined || dropReason(rules, transaction, true) !== undefined) continue
    const next = transactions[own]
    // A forced transaction that does not come next was dropped at its place.
    if (next !== undefined && isSame(next, transaction)) own++
  }
  return {
    timestamp: header.timestamp,
    count: countOf(header),
    transactions: transactions.slice(own),
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
