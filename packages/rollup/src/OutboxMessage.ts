import type { Hex } from '@ambrosia/primitives/Bytes'
import { hashBytes, hashWords } from './internal/abi.ts'

/** A message from L2 to L1; docs/protocol/rollup.md, section 6. */
export type OutboxMessage = {
  /** Position from 0. */
  index: number
  /** Who sent it on L2. */
  sender: Hex
  /** Account on L1 that gets the value and is called with the data. */
  target: Hex
  /** Gas token, smallest unit. */
  value: bigint
  data: Uint8Array
  /** The sender's choice; a random one keeps the root from being guessed. */
  salt: Hex
}

/** The leaf of the outbox tree. */
export function hash(message: OutboxMessage): Hex {
  const { index, sender, target, value, data, salt } = message
  return hashWords(index, sender, target, value, hashBytes(data), salt)
}
