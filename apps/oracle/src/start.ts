import { setTimeout as pause } from 'node:timers/promises'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import * as Network from '@ambrosia/chain/Network'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Validation from '@ambrosia/health/Validation'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Config from '@ambrosia/service/Config'
import { type Frame, openFrame, serve } from '@ambrosia/service/Frame'
import type { Running } from '@ambrosia/service/runService'
import * as SignedRequest from '@ambrosia/service/SignedRequest'
import { createOracleChain } from './chain.ts'
import { settings } from './config.ts'
import { migrations } from './database/migrations.ts'
import type { OracleDatabase } from './database/tables.ts'
import { createJobs } from './jobs/createJobs.ts'
import { openKeys } from './keys.ts'
import type { Oracle } from './Oracle.ts'
import { createHandlers } from './routes/createHandlers.ts'
import { createFetchLists } from './status/fetchLists.ts'
import { createStatusSchedule } from './status/StatusSchedule.ts'
import { NotReadyError, receiveContextOf } from './submissions/contextOf.ts'

type OracleFrame = Frame<typeof settings, OracleDatabase>

/** Starts an oracle: its keys, its registration, its followers and its routes. */
export async function startOracle({ env }: { env: Config.Environment }): Promise<Running> {
  const config = Config.read(settings, env)
  // Only software attestation exists so far, and production must not rely on it.
  if (config.mode === 'production') throw new SoftwareAttestationError()
  const frame: OracleFrame = await openFrame({ name: config.name, config, migrations })
  const { network, database } = frame
  const oracle = await openOracle(frame)
  await watchIssuers(oracle)
  // The definitions take seconds to load; better now than under the first submission.
  setImmediate(() => Validation.check([]))
  return await serve(frame, {
    description: 'Validates sealed records against deals and certifies them.',
    routes: oracleRoutes,
    handlers: createHandlers(oracle),
    guards: (app) => ({
      account: SignedRequest.createHook(app, {
        database,
        chainId: oracle.chainId,
        service: oracle.keys.operator.address,
      }),
    }),
    checks: {
      tagSecret: async () => receiveContextOf(oracle),
      registration: () => assertActive(oracle),
    },
    whenListening: (url) =>
      createJobs(oracle, { network, config, endpoint: config.publicUrl ?? url }),
    close: () => oracle.statusSchedule.stop(),
  })
}

async function openOracle(frame: OracleFrame): Promise<Oracle> {
  const { config, network, client, keystore, database, log } = frame
  const { chainId } = network
  const keys = await openKeys(keystore)
  const chain = createOracleChain(client, network)
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const io = { fetch: globalThis.fetch, now: Date.now }
  return {
    ...io,
    chainId,
    dealBook: Network.contractOf(network, 'dealBook'),
    consentBook: Network.contractOf(network, 'consentBook'),
    keys,
    keystore,
    database,
    client,
    chain,
    store: createStoreClient({ ...io, url: network.services.store ?? '', chainId, pause }),
    statusSchedule: createStatusSchedule({
      periodSec: config.statusPeriodSec,
      fetchLists: createFetchLists({ ...io, chain, loader, mode: config.mode }),
      now: io.now,
      onError: (issuer, err) => log.warn({ err, issuer }, 'status lists can not be fetched'),
    }),
    loader,
    log,
  }
}

/** Watches the issuers of the deals that are known from earlier. */
async function watchIssuers({ database, statusSchedule }: Oracle): Promise<void> {
  const rows = await database
    .selectFrom('deal')
    .select('criteria')
    .where('criteria', 'is not', null)
    .execute()
  for (const { criteria } of rows) {
    const { issuers } = JSON.parse(criteria as string) as { issuers: string[] }
    for (const issuer of issuers) statusSchedule.watch(issuer)
  }
}

async function assertActive({ chain, keys }: Oracle): Promise<void> {
  const oracle = await chain.oracle(keys.operator.address)
  if (oracle.status !== 'Active') throw new NotReadyError()
}

export class SoftwareAttestationError extends AmbrosiaError {
  constructor() {
    super(
      'Config.SoftwareAttestation',
      'this oracle attests itself by software, which production refuses',
      { hint: 'Run it with AMBROSIA_ENV=development; attestation by hardware does not exist yet.' },
    )
  }
}
