import type { NodeKeys } from '@ambrosia/attestation/NodeKeys'
import type { EpochKeys } from '@ambrosia/exchange/quorum/EpochKeys'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Address } from 'viem'

type EpochMessage = Parameters<typeof EpochKeys.hash>[0]

/** An oracle of an epoch to come, with what the chain carried for its admission. */
export type Member = { operator: Address; keys: NodeKeys; evidence: Uint8Array }

/** The epoch to come: its number, and its members in the order of the contract. */
export type EpochPlan = { epoch: bigint; members: readonly Member[] }

/** One member's part of an epoch's secret: commitments for all, a wrapped share for each. */
export type Dealing = {
  epoch: string
  membersHash: Hex
  dealer: Address
  commitments: readonly Hex[]
  /** In the order of the members. */
  envelopes: readonly Envelope[]
}
export type SignedDealing = { dealing: Dealing; signature: Hex }

/** A vote for an epoch with everything that the contract asks for. */
export type EpochOffer = { keys: EpochMessage; voter: Address; signature: Hex }
