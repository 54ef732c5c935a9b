import type { Hex } from '@ambrosia/primitives/Bytes'
import type { RollupState } from '@ambrosia/rollup/Assertion'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import type { Kysely } from '@ambrosia/service/Database'
import type { Log } from '@ambrosia/service/Log'
import type { LocalAccount, PublicClient } from 'viem'
import type { NodeTables } from './database/tables.ts'
import type { Disputes } from './disputes/Disputes.ts'
import type { L1Clock } from './l1/createClock.ts'
import type { Committee } from './l1/createCommittee.ts'
import type { Sender } from './l1/createSender.ts'
import type { L1Log } from './l1/L1Log.ts'
import type { Bodies } from './l2/Bodies.ts'
import type { L2Chain } from './l2/L2Chain.ts'
import type { SoftBlocks } from './l2/SoftBlocks.ts'
import type { Peers } from './peers/Peers.ts'
import type { Pool } from './pool/Pool.ts'
import type { Signal } from './Signal.ts'

/** What the parts of a node share. */
export type Node = {
  network: L2Network
  /** The member that this node is of. */
  account: LocalAccount
  address: Hex
  database: Kysely<NodeTables>
  client: PublicClient
  send: Sender
  l1: L1Log
  l1Clock: L1Clock
  committee: () => Promise<Committee>
  chain: L2Chain
  /** The state after a number of records that this node stands for: its chain's. */
  stateAt: (recordCount: number) => Promise<RollupState | undefined>
  bodies: Bodies
  softBlocks: SoftBlocks
  pool: Pool
  peers: Peers
  /** Where assertions are decided by disputes. */
  disputes: Disputes | undefined
  /** Given whenever the chain has moved. */
  moved: Signal
  log: Log
  nowSec: () => number
}
