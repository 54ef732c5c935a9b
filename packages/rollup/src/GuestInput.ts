import { fromHex, fromUint, type Hex } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import type { RollupState } from './Assertion.ts'
import type { BatchRecord } from './Batch.ts'
import type { ChainRules } from './ChainRules.ts'
import type { InboxEntry } from './InboxEntry.ts'
import { type Frontier, subtrees } from './MessageTree.ts'
import type { KeyPair } from './SealedPayload.ts'

/**
 * The private input of the guest (`guest/rollup`): everything that an assertion follows from, in
 * one RLP list. The guest checks all of it against the two states, which are all that L1 has.
 */
export type GuestInput = {
  rules: ChainRules
  /** The state before, and what opens its block commitment. */
  before: RollupState & { salt: Hex; header: Uint8Array }
  /** The inbox tree at the parent block's count. */
  frontier: Frontier
  /** All keys of the committee that the entries name. */
  keys: readonly KeyPair[]
  /** Records with what their commitments open to. */
  batches: readonly (BatchRecord & { salt: Hex; body: Uint8Array })[]
  /** The entries that the records consume. */
  entries: readonly InboxEntry[]
  /**
   * For each block that follows, in order, what executing it reads, as execution clients exchange
   * it (RLP).
   */
  witnesses: readonly Uint8Array[]
  /**
   * Trie nodes that prove the Messenger's outbox root after the last block; empty where no block
   * follows.
   */
  outboxProof: readonly Uint8Array[]
}

/** The bytes that the machine is given. */
export function encode(input: GuestInput): Uint8Array {
  const { rules, before, frontier, keys, batches, entries } = input
  return RLP.encode([
    [
      integer(rules.l1ChainId),
      fromHex(rules.inbox),
      integer(rules.chainId),
      integer(rules.gasLimit),
      fromHex(rules.feeRecipient),
      integer(rules.maximumDrift),
      integer(rules.recordGas),
    ],
    [
      integer(before.batchCount),
      fromHex(before.accumulator),
      fromHex(before.blockCommitment),
      fromHex(before.outboxRoot),
      fromHex(before.salt),
      before.header,
    ],
    subtrees(frontier).map(fromHex),
    keys.map(({ publicKey, privateKey }) => [fromHex(publicKey), fromHex(privateKey)]),
    batches.map((batch) => [
      fromHex(batch.commitment),
      integer(batch.inboxCount),
      fromHex(batch.anchor),
      integer(batch.l1Timestamp),
      fromHex(batch.salt),
      batch.body,
    ]),
    entries.map(encodeEntry),
    input.witnesses.map((witness) => RLP.decode(witness) as Uint8Array[]),
    [...input.outboxProof],
  ])
}

function encodeEntry(entry: InboxEntry) {
  return [
    integer(entry.kind),
    integer(entry.index),
    integer(entry.timestamp),
    fromHex(entry.sender),
    fromHex(entry.token),
    integer(entry.amount),
    fromHex(entry.commitment),
    entry.sealed,
    fromHex(entry.encryptionKey),
    fromHex(entry.metadataHash),
  ]
}

function integer(value: number | bigint): Uint8Array {
  const bytes = fromUint(value, 32)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? new Uint8Array(0) : bytes.subarray(first)
}
