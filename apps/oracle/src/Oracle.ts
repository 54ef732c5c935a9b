import type { Fetch } from '@ambrosia/api/client/call'
import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import type { Address, LocalAccount, PublicClient } from 'viem'
import type { OracleChain } from './chain.ts'
import type { OracleDatabase } from './database/tables.ts'
import type { Enclave, EnclaveDescription } from './enclave/Enclave.ts'
import type { StatusSchedule } from './status/StatusSchedule.ts'

/** What the routes and jobs of an oracle work with. */
export type Oracle = {
  chainId: number
  dealBook: Address
  consentBook: Address
  operator: LocalAccount
  /** Everything that works with the oracle's other keys. */
  enclave: Enclave
  /** What it said of itself when it started. */
  described: EnclaveDescription
  /** The contracts of the oracle network, where this network has one. */
  oracleNetwork: OracleNetwork | undefined
  database: Kysely<OracleDatabase>
  client: PublicClient
  chain: OracleChain
  /** The store that the network names. */
  store: StoreClient
  statusSchedule: StatusSchedule
  log: Log
  /** For addresses that others name: in production only to the public Internet. */
  fetch: Fetch
  /** Milliseconds since 1970. */
  now: () => number
}

/** Addresses of the contracts that admit oracles and count their epochs. */
export type OracleNetwork = {
  oracleAdmission: Address
  oracleMeasurements: Address
  oracleEpochs: Address
  registryKeeper: Address
  packedQuorumVerifier: Address
  equivocationJudge: Address
  stakeBook: Address
  medToken: Address
  /** First block with events of this network. */
  fromBlock: bigint
}
