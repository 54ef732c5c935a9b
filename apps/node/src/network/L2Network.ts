import { readFileSync } from 'node:fs'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { ChainRules } from '@ambrosia/rollup/ChainRules'
import type { KeyPair } from '@ambrosia/rollup/SealedPayload'
import type { Genesis } from '../engine/Genesis.ts'

/** Everything about one network that its nodes share. `secrets` is for members of the committee alone. */
export type L2Network = {
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
    /** Decides about claims behind assertions. */
    resolver: Hex
    /** Zero: ether. */
    gasToken: Hex
    bondToken: Hex
  }
  rules: ChainRules
  /** What assertions claim to be answers of. */
  programId: Hex
  /** The member that orders transactions, where one does (`solo`). */
  sequencer: Hex
  /** L1 block of its creation. */
  fromBlock: number
  /** Seconds of a slot of the cadence. */
  cadenceSec: number
  genesis: Genesis
  secrets: {
    /** Salt of the block commitment before the first batch. */
    genesisSalt: Hex
    /** Every key pair the committee has had. */
    keys: KeyPair[]
  }
}

/** Reads the description of a network. @throws L2Network.Unreadable */
export function read(path: string): L2Network {
  let network: Partial<L2Network>
  try {
    network = JSON.parse(readFileSync(path, 'utf8')) as Partial<L2Network>
  } catch {
    throw new UnreadableError(path, 'it is missing, or not JSON')
  }
  const { version, contracts, rules, genesis, secrets } = network
  const isWhole = contracts && rules && genesis && secrets && Array.isArray(secrets.keys)
  if (version !== 1 || !isWhole) throw new UnreadableError(path, 'it is not whole')
  return network as L2Network
}

export class UnreadableError extends AmbrosiaError {
  constructor(path: string, why: string) {
    super(
      'L2Network.Unreadable',
      `the description of the network at ${path} can't be used: ${why}`,
      {
        hint: 'ambrosia network create writes it; members get it from whoever created the network.',
      },
    )
  }
}
