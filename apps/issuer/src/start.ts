import { issuerRoutes } from '@ambrosia/api/issuer/routes'
import { contractOf } from '@ambrosia/chain/Network'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Config from '@ambrosia/service/Config'
import { openFrame, serve } from '@ambrosia/service/Frame'
import type { Running } from '@ambrosia/service/runService'
import { type IssuerConfig, settings } from './config.ts'
import { createCounts } from './counts/createCounts.ts'
import { migrations } from './database/migrations.ts'
import type { IssuerDatabase } from './database/tables.ts'
import type { Issuer } from './Issuer.ts'
import { createIssuePool, type IssueLimits } from './issuing/createIssuePool.ts'
import { openKeys } from './keys.ts'
import { assertOperator, writeOperatorToken } from './operator.ts'
import { createHandlers } from './routes/createHandlers.ts'
import { createStatusLists } from './status/statusLists.ts'

const DAY_SEC = 86_400

/** Starts an issuer: its keys, its database, its routes. */
export async function startIssuer({ env }: { env: Config.Environment }): Promise<Running> {
  const config = Config.read(settings, env)
  const frame = await openFrame<typeof settings, IssuerDatabase>({
    name: 'issuer',
    config,
    migrations,
  })
  const { network, database, log } = frame
  const keys = await openKeys(frame.keystore, network.chainId)
  writeOperatorToken(frame.places.dataFolder, keys.operatorToken)
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const validForSec = config.validityDays * DAY_SEC
  const { did, bbs, personSecret } = keys
  const issuing = createIssuePool({ did, bbs, personSecret, validForSec }, issueLimitsOf(config))
  let url = ''
  const publicUrl = () => config.publicUrl ?? url
  const { statusPeriodSec } = config
  const issuer: Issuer = {
    chainId: network.chainId,
    didRegistry: contractOf(network, 'didRegistry'),
    keys,
    database,
    statusLists: createStatusLists({
      database,
      keys,
      listUrl: () => `${publicUrl()}/v1/status/1`,
      periodSec: statusPeriodSec,
      loader,
      now: Date.now,
    }),
    issuing,
    counts: createCounts({
      database,
      personSecret,
      periodSec: config.countsPeriodSec,
      now: Date.now,
    }),
    statusPeriodSec,
    validForSec,
    loader,
    log,
    now: Date.now,
    publicUrl,
  }
  const running = await serve(frame, {
    description: 'Signs FHIR records as verifiable credentials and publishes their status.',
    routes: issuerRoutes,
    handlers: createHandlers(issuer),
    guards: () => ({ bearer: (secret) => assertOperator(secret, keys.operatorToken) }),
    whenListening: (at) => {
      url = at
      return []
    },
  })
  const close = async (): Promise<void> => {
    // Requests under way end first, and with them what their threads do.
    await running.close()
    await issuing.close()
  }
  return { ...running, close }
}

/** Records wait for about a minute where each is as large as a person's usually is. */
function issueLimitsOf(config: IssuerConfig): IssueLimits {
  return {
    threadCount: config.issueThreads,
    deadlineMs: config.issueDeadlineSec * 1000,
    memoryMb: config.issueMemoryMb,
    waitingCount: 32 * config.issueThreads,
  }
}
