import type { Hex } from '@ambrosia/primitives/Bytes'
import { hashWords } from './internal/abi.ts'

/** What every block of a network follows; docs/protocol/rollup.md, section 2. */
export type ChainRules = {
  /** Chain id of L1. */
  l1ChainId: number
  /** The network's Inbox on L1, which names the network. */
  inbox: Hex
  /** Chain id of L2. */
  chainId: number
  /** Gas limit of every block. */
  gasLimit: number
  /** Coinbase of every block. */
  feeRecipient: Hex
  /** How far a block's timestamp may be ahead of its batch's on L1, seconds. */
  maximumDrift: number
  /** Gas used in a record's blocks after which no further block of its body begins. */
  recordGas: number
}

/** Rules that are the same in every network of this version. */
export const LIMITS = {
  /** Inbox entries that one block consumes. */
  entriesPerBlock: 256,
  /** Forced transactions among them. */
  forcedPerBlock: 4,
  /** Bytes of a raw transaction. */
  transactionBytes: 131_072,
  /** Bytes of a batch's body. */
  bodyBytes: 4 * 1024 * 1024,
  /** Blocks of a batch's body. */
  blocksPerBody: 1024,
} as const

/** `rulesHash`: binds an assertion to its network. */
export function hash(rules: ChainRules): Hex {
  return hashWords(
    rules.l1ChainId,
    rules.inbox,
    rules.chainId,
    rules.gasLimit,
    rules.feeRecipient,
    rules.maximumDrift,
    rules.recordGas,
  )
}

/**
 * Most gas that a forced transaction may ask for, so that all that fit in a block by number fit by
 * gas.
 */
export function forcedGasLimit(rules: ChainRules): number {
  return Math.floor(rules.gasLimit / LIMITS.forcedPerBlock)
}
