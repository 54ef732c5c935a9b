import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import * as Network from '@ambrosia/chain/Network'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Deal from '@ambrosia/exchange/Deal'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Config from '@ambrosia/service/Config'
import { type Frame, openFrame, serve } from '@ambrosia/service/Frame'
import { writeFileAtomically } from '@ambrosia/service/files'
import * as Keystore from '@ambrosia/service/Keystore'
import { createPublicFetch } from '@ambrosia/service/publicFetch'
import type { Running } from '@ambrosia/service/runService'
import * as SignedRequest from '@ambrosia/service/SignedRequest'
import { createOracleChain } from './chain.ts'
import { type OracleConfig, settings } from './config.ts'
import { migrations } from './database/migrations.ts'
import type { OracleDatabase } from './database/tables.ts'
import type { JudgeLimits } from './enclave/judging/createJudgePool.ts'
import { type Launched, launchEnclave } from './enclave/launch.ts'
import { createJobs } from './jobs/createJobs.ts'
import { openOperator } from './keys.ts'
import type { Oracle, OracleNetwork } from './Oracle.ts'
import { createOutside } from './outside.ts'
import { createHandlers } from './routes/createHandlers.ts'
import { createFetchLists } from './status/fetchLists.ts'
import { createStatusSchedule } from './status/StatusSchedule.ts'

type OracleFrame = Frame<typeof settings, OracleDatabase>

/** Starts an oracle: its enclave, its registration, its followers and its routes. */
export async function startOracle({ env }: { env: Config.Environment }): Promise<Running> {
  const config = Config.read(settings, env)
  if (config.mode === 'production' && config.enclaveProgram !== undefined)
    throw new ForeignEnclaveError()
  const frame: OracleFrame = await openFrame({ name: config.name, config, migrations })
  const { network, database } = frame
  const { oracle, launched } = await openOracle(frame)
  await watchIssuers(oracle)
  const running = await serve(frame, {
    description: 'Validates sealed records against deals and certifies them.',
    routes: oracleRoutes,
    handlers: createHandlers(oracle),
    guards: (app) => ({
      account: SignedRequest.createHook(app, {
        database,
        chainId: oracle.chainId,
        service: oracle.operator.address,
      }),
    }),
    checks: {
      tagSecret: () => assertHasTagSecret(oracle),
      registration: () => assertActive(oracle),
    },
    whenListening: (url) =>
      createJobs(oracle, { network, config, endpoint: config.publicUrl ?? url }),
    close: () => oracle.statusSchedule.stop(),
  })
  return {
    url: running.url,
    close: async () => {
      await running.close()
      await launched.close()
    },
  }
}

async function openOracle(frame: OracleFrame): Promise<{ oracle: Oracle; launched: Launched }> {
  const { config, network, client, keystore, database, log } = frame
  const { chainId } = network
  const operator = openOperator(keystore)
  const chain = createOracleChain(client, network)
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const io = { fetch: globalThis.fetch, now: Date.now }
  // Where others say what is asked: issuers by their DID documents, oracles by their registrations.
  const outward = config.mode === 'production' ? createPublicFetch() : io.fetch
  const store = createStoreClient({ ...io, url: network.services.store ?? '', chainId, pause })
  const statusSchedule = createStatusSchedule({
    periodSec: config.statusPeriodSec,
    fetchLists: createFetchLists({
      now: io.now,
      fetch: outward,
      chain,
      loader,
      mode: config.mode,
    }),
    now: io.now,
    onError: (issuer, err) => log.warn({ err, issuer }, 'status lists cannot be fetched'),
  })
  const oracleNetwork = oracleNetworkOf(network)
  const reading = { database, client, chain, store, statusSchedule, operator, oracleNetwork }
  const launched = await openEnclave(frame, reading)
  const { enclave } = launched
  return {
    launched,
    oracle: {
      fetch: outward,
      now: io.now,
      ...reading,
      chainId,
      dealBook: Network.contractOf(network, 'dealBook'),
      consentBook: Network.contractOf(network, 'consentBook'),
      enclave,
      described: await enclave.describe(),
      log,
    },
  }
}

/** The enclave over what it keeps sealed at home; the service ends when it does. */
async function openEnclave(
  { config, network, log, places }: OracleFrame,
  reading: Omit<Parameters<typeof createOutside>[0], 'keep'>,
): Promise<Launched> {
  const { oracleNetwork, operator } = reading
  const sealedPath = join(places.dataFolder, 'enclave.json')
  return await launchEnclave({
    opening: {
      settings: {
        mode: config.mode,
        chainId: network.chainId,
        dealBook: Network.contractOf(network, 'dealBook'),
        oracleRegistry: Network.contractOf(network, 'oracleRegistry'),
        operator: operator.address,
        network: oracleNetwork && {
          oracleAdmission: oracleNetwork.oracleAdmission,
          oracleEpochs: oracleNetwork.oracleEpochs,
          packedQuorumVerifier: oracleNetwork.packedQuorumVerifier,
        },
      },
      judging: judgeLimitsOf(config),
      sealed: existsSync(sealedPath) ? readFileSync(sealedPath, 'utf8') : undefined,
      password: config.password ?? Keystore.developmentPassword(config.home),
    },
    outside: createOutside({
      ...reading,
      keep: (sealed) => writeFileAtomically(sealedPath, fromUtf8(sealed), 0o600),
    }),
    log,
    program: config.enclaveProgram,
    onEnded: (code) => {
      log.error({ code }, 'the enclave ended; the service ends too')
      process.exit(1)
    },
  })
}

/** Submissions wait for about the time that a provider waits for an answer. */
function judgeLimitsOf(config: OracleConfig): JudgeLimits {
  return {
    threadCount: config.judgeThreads,
    deadlineMs: config.judgeDeadlineSec * 1000,
    memoryMb: config.judgeMemoryMb,
    waitingCount: 16 * config.judgeThreads,
  }
}

/** The contracts of the oracle network, where `network.json` names them. */
function oracleNetworkOf(network: Network.Network): OracleNetwork | undefined {
  if (!Object.hasOwn(network.contracts, 'oracleAdmission')) return undefined
  return {
    oracleAdmission: Network.contractOf(network, 'oracleAdmission'),
    oracleMeasurements: Network.contractOf(network, 'oracleMeasurements'),
    oracleEpochs: Network.contractOf(network, 'oracleEpochs'),
    registryKeeper: Network.contractOf(network, 'registryKeeper'),
    packedQuorumVerifier: Network.contractOf(network, 'packedQuorumVerifier'),
    equivocationJudge: Network.contractOf(network, 'equivocationJudge'),
    stakeBook: Network.contractOf(network, 'stakeBook'),
    medToken: Network.contractOf(network, 'medToken'),
    fromBlock: Network.fromBlockOf(network),
  }
}

/** Watches the issuers of the deals that are known from earlier and have not ended. */
async function watchIssuers({ database, statusSchedule }: Oracle): Promise<void> {
  const rows = await database
    .selectFrom('deal')
    .select(['deal_id', 'terms', 'criteria'])
    .where('criteria', 'is not', null)
    .where('ended', '=', 0)
    .execute()
  for (const { deal_id: dealId, terms, criteria } of rows) {
    const { issuers } = JSON.parse(criteria as string) as { issuers: string[] }
    const { expiry } = Deal.fromJson(JSON.parse(terms))
    statusSchedule.watch({ dealId, issuers, untilSec: Number(expiry) })
  }
}

async function assertHasTagSecret({ enclave, oracleNetwork }: Oracle): Promise<void> {
  const has =
    oracleNetwork === undefined
      ? await enclave.hasTagSecret()
      : (await enclave.openEpochs()).length > 0
  if (!has) throw new NotReadyError()
}

async function assertActive({ chain, operator }: Oracle): Promise<void> {
  const oracle = await chain.oracle(operator.address)
  if (oracle.status !== 'Active') throw new NotReadyError()
}

export class NotReadyError extends AmbrosiaError {
  constructor() {
    super('Oracle.NotReady', 'this oracle is not admitted yet, or has no tag secret yet', {
      hint: 'Try again shortly, or use another oracle of the deal.',
    })
  }
}

export class ForeignEnclaveError extends AmbrosiaError {
  constructor() {
    super('Config.ForeignEnclave', 'AMBROSIA_ENCLAVE_PROGRAM is for development', {
      hint: 'Leave it out: production runs the enclave of this release.',
    })
  }
}
