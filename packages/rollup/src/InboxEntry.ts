import type { Hex } from '@ambrosia/primitives/Bytes'
import { hashBytes, hashWords } from './internal/abi.ts'

/** What an entry of the inbox is; docs/protocol/rollup.md, section 3. */
export const KINDS = {
  deposit: 1,
  message: 2,
  forced: 3,
  tokenDeposit: 4,
  tokenReturn: 5,
} as const

export type Kind = (typeof KINDS)[keyof typeof KINDS]

/** One entry of the inbox, as L1 has it. */
export type InboxEntry = {
  kind: Kind
  /** Position from 0. */
  index: number
  /** L1 time at which it was appended, seconds. */
  timestamp: number
  /** Who sent it on L1. */
  sender: Hex
  /** L1 token of a token deposit, L2 token of a return, otherwise zero. */
  token: Hex
  /** Smallest units. */
  amount: bigint
  /** Commitment to target and data, zero for deposits and forced transactions. */
  commitment: Hex
  /** HPKE: encapsulated key and ciphertext. */
  sealed: Uint8Array
  /** X25519 key of the committee that it is sealed to. */
  encryptionKey: Hex
  /** Hash of a token's name, symbol and decimals; zero for other kinds. */
  metadataHash: Hex
}

/**
 * What an entry's payload says after opening it with the committee's key; undefined where it does
 * not open.
 */
export type Opened = {
  entry: InboxEntry
  /** Recipient of a deposit. */
  recipient?: Hex | undefined
  /** The raw transaction of a forced entry. */
  transaction?: Uint8Array | undefined
}

/** Deposits are credited in gwei. */
export const WEI_PER_GWEI = 1_000_000_000n

/** The leaf of the inbox tree. */
export function hash(entry: InboxEntry): Hex {
  return hashWords(
    entry.kind,
    entry.index,
    entry.timestamp,
    entry.sender,
    entry.token,
    entry.amount,
    entry.commitment,
    hashBytes(entry.sealed),
    entry.encryptionKey,
    entry.metadataHash,
  )
}

/** What kinds 2, 4 and 5 commit to. */
export function commitment(call: { salt: Hex; to: Hex; data: Uint8Array }): Hex {
  return hashWords(call.salt, call.to, hashBytes(call.data))
}
