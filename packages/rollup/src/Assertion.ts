import type { Hex } from '@ambrosia/primitives/Bytes'
import { hashWords } from './internal/abi.ts'

/** The state that an assertion starts from or leads to; docs/protocol/rollup.md, section 7. */
export type RollupState = {
  /** Records applied. */
  batchCount: number
  /** Accumulator over them. */
  accumulator: Hex
  /** Commitment to the hash of the last block. */
  blockCommitment: Hex
  /** Root of the messages to L1 after it. */
  outboxRoot: Hex
}

/** Hash of a state, which is what an assertion is known by on L1. */
export function hashState(state: RollupState): Hex {
  const { batchCount, accumulator, blockCommitment, outboxRoot } = state
  return hashWords(batchCount, accumulator, blockCommitment, outboxRoot)
}

/**
 * Commitment to a block hash: nobody without the salt can test a guess of the chain's state against
 * it.
 */
export function commitBlock(salt: Hex, blockHash: Hex): Hex {
  return hashWords(salt, blockHash)
}

/** The salt after one more batch. `batchSalt` is zero for a record without data. */
export function nextSalt(salt: Hex, batchSalt: Hex): Hex {
  return hashWords(salt, batchSalt)
}

/** What the guest answers with: the statement that a claim stands for. */
export function digest(rulesHash: Hex, before: RollupState, after: RollupState): Hex {
  return hashWords(rulesHash, hashState(before), hashState(after))
}
