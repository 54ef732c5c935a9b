import type { Loader } from '@ambrosia/credentials/Contexts'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import type { Address } from 'viem'
import type { Counts } from './counts/createCounts.ts'
import type { IssuerDatabase } from './database/tables.ts'
import type { IssuePool } from './issuing/createIssuePool.ts'
import type { IssuerKeys } from './keys.ts'
import type { StatusLists } from './status/statusLists.ts'

/** What every route of the issuer works with. */
export type Issuer = {
  chainId: number
  didRegistry: Address
  keys: IssuerKeys
  database: Kysely<IssuerDatabase>
  statusLists: StatusLists
  /** Threads that sign. */
  issuing: IssuePool
  /** How many people's records claim what. */
  counts: Counts
  statusPeriodSec: number
  /** How long a credential is valid, seconds. */
  validForSec: number
  loader: Loader
  log: Log
  /** Milliseconds since 1970. */
  now: () => number
  /** URL under which others reach this service; known once it listens. */
  publicUrl: () => string
}
