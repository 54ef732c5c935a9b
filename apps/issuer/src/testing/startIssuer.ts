import type { TestContext } from 'node:test'
import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { issuerRoutes } from '@ambrosia/api/issuer/routes'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Database from '@ambrosia/service/Database'
import { createServer } from '@ambrosia/service/Frame'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Server from '@ambrosia/service/Server'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { createCounts } from '../counts/createCounts.ts'
import { migrations } from '../database/migrations.ts'
import type { IssuerDatabase } from '../database/tables.ts'
import type { Issuer } from '../Issuer.ts'
import { createIssuePool } from '../issuing/createIssuePool.ts'
import { openKeys } from '../keys.ts'
import { assertOperator } from '../operator.ts'
import { createHandlers } from '../routes/createHandlers.ts'
import { createStatusLists } from '../status/statusLists.ts'

export const PERIOD_SEC = 300
export const COUNTS_PERIOD_SEC = 86_400
const LIMITS = { threadCount: 1, deadlineMs: 300_000, memoryMb: 4096, waitingCount: 64 }

/**
 * Keys and the thread that signs with them: one of a test file, since a thread is slow to start.
 */
let shared: ReturnType<typeof openShared> | undefined

async function openShared() {
  const keys = await openKeys(createMemoryKeystore(), 31337)
  const { did, bbs, personSecret } = keys
  return { keys, issuing: createIssuePool({ did, bbs, personSecret, validForSec: 86_400 }, LIMITS) }
}

/** An issuer in memory on a free port, and its client as the operator has it. */
export async function startIssuer(t: TestContext) {
  const lines: string[] = []
  const log = Log.create({
    name: 'issuer',
    level: 'trace',
    stream: { write: (l) => lines.push(l) },
  })
  shared ??= openShared()
  const { keys, issuing } = await shared
  const database = await Database.open<IssuerDatabase>({ url: 'sqlite::memory:', migrations })
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const clock = { nowMs: Date.parse('2026-06-01T00:00:00Z') }
  const now = () => clock.nowMs
  let url = ''
  const issuer: Issuer = {
    chainId: 31337,
    didRegistry: `0x${'d1'.repeat(20)}`,
    keys,
    database,
    statusLists: createStatusLists({
      database,
      keys,
      listUrl: () => `${url}/v1/status/1`,
      periodSec: PERIOD_SEC,
      loader,
      now,
    }),
    issuing,
    counts: createCounts({
      database,
      personSecret: keys.personSecret,
      periodSec: COUNTS_PERIOD_SEC,
      now,
    }),
    statusPeriodSec: PERIOD_SEC,
    validForSec: 86_400,
    loader,
    log,
    now,
    publicUrl: () => url,
  }
  const metrics = Metrics.create({ service: 'issuer', withProcess: false })
  const app = await createServer(
    { name: 'issuer', description: '', log, metrics },
    {
      routes: issuerRoutes,
      handlers: createHandlers(issuer),
      guards: () => ({ bearer: (secret) => assertOperator(secret, keys.operatorToken) }),
    },
  )
  url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  t.after(async () => {
    await app.close()
    await database.destroy()
  })
  const clientOf = (operatorToken: string) => createIssuerClient({ url, operatorToken, fetch, now })
  return { issuer, url, clock, lines, clientOf, client: clientOf(keys.operatorToken) }
}
