import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import type { Loader } from '@ambrosia/credentials/Contexts'
import type { Keystore } from '@ambrosia/service/Keystore'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import type { Address, PublicClient } from 'viem'
import type { OracleChain } from './chain.ts'
import type { OracleDatabase } from './database/tables.ts'
import type { OracleKeys } from './keys.ts'
import type { StatusSchedule } from './status/StatusSchedule.ts'

/** What the routes and jobs of an oracle work with. */
export type Oracle = {
  chainId: number
  dealBook: Address
  consentBook: Address
  keys: OracleKeys
  keystore: Keystore
  database: Kysely<OracleDatabase>
  client: PublicClient
  chain: OracleChain
  /** The store that the network names. */
  store: StoreClient
  statusSchedule: StatusSchedule
  loader: Loader
  log: Log
  fetch: typeof globalThis.fetch
  /** Milliseconds since 1970. */
  now: () => number
}
