import type { Hex } from '@ambrosia/primitives/Bytes'
import type { ChainRules } from '../ChainRules.ts'
import type { Genesis } from '../L2Genesis.ts'
import type { KeyPair } from '../SealedPayload.ts'

/** What anybody may know of a network: what is on L1 anyway. */
export type PublicNetwork = {
  version: 1
  /** L1 contracts of the network. */
  contracts: {
    factory: Hex
    committee: Hex
    inbox: Hex
    batches: Hex
    assertions: Hex
    outbox: Hex
    bridge: Hex
    /** Decides about claims behind assertions: `decidedBy` says how. */
    resolver: Hex
    /** Zero: ether. */
    gasToken: Hex
    bondToken: Hex
  }
  rules: ChainRules
  /** Who decides whether an assertion is false: a threshold of members, or a proof. */
  decidedBy: 'committee' | 'dispute'
  /** What assertions claim to be answers of. */
  programId: Hex
  /** The member that orders transactions, where one does (`solo`). */
  sequencer: Hex
  /** L1 block before its creation. */
  fromBlock: number
  /** Seconds of a slot of the cadence. */
  cadenceSec: number
}

/** Everything about one network that its nodes share, and nobody else. */
export type L2Network = PublicNetwork & {
  genesis: Genesis
  secrets: {
    /** Salt of the block commitment before the first batch. */
    genesisSalt: Hex
    /** Every key pair the committee has had. */
    keys: KeyPair[]
  }
}

/** What users of a network are given. */
export function toPublic({ genesis: _g, secrets: _s, ...rest }: L2Network): PublicNetwork {
  return rest
}
