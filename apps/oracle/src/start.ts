import { pause } from '@ambrosia/chain/follow'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Chain from '@ambrosia/service/Chain'
import * as Config from '@ambrosia/service/Config'
import * as Database from '@ambrosia/service/Database'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Network from '@ambrosia/service/Network'
import type { Running } from '@ambrosia/service/runService'
import * as Server from '@ambrosia/service/Server'
import { openKeystore, placesOf } from '@ambrosia/service/settings'
import type { PublicClient } from 'viem'
import { createOracleChain, type OracleChain } from './chain.ts'
import { settings } from './config.ts'
import { migrations } from './database/migrations.ts'
import type { OracleDatabase } from './database/tables.ts'
import { createDeals } from './deals/createDeals.ts'
import { fetchCriteria } from './jobs/fetchCriteria.ts'
import { followDeals } from './jobs/followDeals.ts'
import { fulfilDuties } from './jobs/fulfilDuties.ts'
import { createRegistration } from './jobs/register.ts'
import { releaseDue } from './jobs/releaseKeys.ts'
import { type OracleKeys, openKeys } from './keys.ts'
import { createWaits } from './releases/Waits.ts'
import { addPeerRoutes } from './routes/peers.ts'
import { addSubmissionRoutes } from './routes/submissions.ts'
import { createStoreAccess } from './StoreAccess.ts'
import { createFetchLists } from './status/fetchLists.ts'
import { createStatusSchedule } from './status/StatusSchedule.ts'
import { createReceiver, type ReceiveContext, readCertified } from './submissions/receive.ts'
import { createTagSecret, fetchTagSecret, readTagSecret } from './tagSecret/tagSecret.ts'

/** Starts an oracle: its keys, its registration, its followers and its routes. */
export async function startOracle(context: {
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}): Promise<Running> {
  const config = Config.read(settings, context.env)
  // Only software attestation exists so far, and production must not rely on it.
  if (config.mode === 'production') throw new SoftwareAttestationError()
  const places = placesOf(config, config.name)
  const log = Log.create({ name: config.name, level: config.logLevel })
  const network = Network.read(places.networkFile)
  const { chainId } = network
  const rpcUrl = config.rpcUrl ?? network.rpcUrl
  const client: PublicClient = await Chain.connect({ rpcUrl, chainId })
  const keystore = await openKeystore(config, places)
  const keys = await openKeys(keystore)
  const database = await Database.open<OracleDatabase>({ url: places.databaseUrl, migrations })
  const chain = createOracleChain(client, network)
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const dealBook = Network.contractOf(network, 'dealBook')
  const stopping = new AbortController()
  const store = createStoreAccess({
    url: network.services.store ?? '',
    chainId,
    operator: keys.operator.address,
    signer: keys.operator,
    fetch: globalThis.fetch,
  })
  const statusSchedule = createStatusSchedule({
    periodSec: config.statusPeriodSec,
    fetchLists: createFetchLists({ chain, loader, mode: config.mode, fetch: globalThis.fetch }),
    now: Date.now,
    onError: (issuer, err) => log.warn({ err, issuer }, 'status lists can not be fetched'),
  })
  const self = {
    operator: keys.operator.address,
    keyId: keys.keyId,
    epoch: keys.epoch,
    privateKey: keys.privateKey,
  }
  const receiveContext = (): ReceiveContext => {
    const tagSecret = readTagSecret(keystore)
    if (tagSecret === undefined) throw new NotReadyError()
    return {
      chainId,
      dealBook,
      self,
      deals: createDeals({ database, chain }),
      listsAt: statusSchedule.listsAt,
      resolver: chain.resolver,
      loader,
      tagSecret,
      validatorHash: toHex(Validation.validatorHash()),
      fetchSealed: (_store, contentAddress) => store.readBlob(contentAddress),
      nowSec: () => BigInt(Math.floor(Date.now() / 1000)),
      database,
      signer: keys.signer,
    }
  }
  const app = await Server.create({
    name: config.name,
    description: 'Validates sealed records against deals and certifies them.',
    log,
    metrics: Metrics.create({ service: config.name }),
    requestsPerMinute: config.requestsPerMinute,
    trustProxy: config.trustProxy,
    checks: {
      chain: () => client.getBlockNumber(),
      database: () => Database.assertReady(database as never),
      tagSecret: async () => receiveContext(),
      registration: async () => assertActive(chain, keys),
    },
    statuses: {
      'Record.': 422,
      'Seal.': 422,
      'Submission.Refused': 403,
      'Submission.Unknown': 404,
      'Status.NotAvailable': 503,
      'Oracle.NotReady': 503,
      'Store.': 503,
    },
  })
  let receiver: ReturnType<typeof createReceiver> | undefined
  addSubmissionRoutes(app, {
    receive: async (body) => {
      receiver ??= createReceiver(receiveContext())
      return await receiver(body)
    },
    read: (id) => readCertified(id, receiveContext()),
  })
  addPeerRoutes(app, { chainId, dealBook, chain, database, keystore, keys })
  const url = await Server.listen(app, { host: config.host, port: config.port })
  const endpoint = config.publicUrl ?? url
  const register = createRegistration({
    client,
    network,
    rpcUrl,
    keys,
    endpoint,
    config,
    chain,
    log,
  })
  const releaseWaits = createWaits(Date.now)
  const work = async (): Promise<void> => {
    await register()
    await shareTagSecret()
    await fetchCriteria({ database, store, log, onCriteria: watch })
    await releaseDue({
      database,
      chain,
      store,
      keys: { ...self, signer: keys.signer },
      chainId,
      dealBook,
      log,
      client,
      waits: releaseWaits,
    })
    await fulfilDuties({
      database,
      chain,
      client,
      rpcUrl,
      chainId,
      dealBook,
      keys: { ...self, signer: keys.signer, operatorAccount: keys.operator },
      log,
    })
  }
  const watch = (criteria: { issuers: string[] }): void => {
    for (const issuer of criteria.issuers) statusSchedule.watch(issuer)
  }
  const shareTagSecret = async (): Promise<void> => {
    if (readTagSecret(keystore) !== undefined) return
    const operators = await chain.operators()
    if (operators[0] === keys.operator.address) {
      createTagSecret(keystore)
      return
    }
    const others = operators.filter((operator) => operator !== keys.operator.address)
    const peers = await Promise.all(
      others.map(async (operator) => toPeer(await chain.oracle(operator))),
    )
    await fetchTagSecret({
      peers,
      self,
      signer: keys.operator,
      chainId,
      dealBook,
      keystore,
      fetch: globalThis.fetch,
    })
  }
  for (const { criteria } of await database
    .selectFrom('deal')
    .select('criteria')
    .where('criteria', 'is not', null)
    .execute()) {
    watch(JSON.parse(criteria as string))
  }
  const following = followDeals({
    client,
    dealBook,
    consentBook: Network.contractOf(network, 'consentBook'),
    operator: keys.operator.address,
    database,
    fromBlock: Network.fromBlockOf(network),
    finality: Network.finalityOf(network, config.mode),
    pollMs: config.pollMs,
    signal: stopping.signal,
    log,
  })
  const working = repeat(work, config.pollMs, stopping.signal, (err) =>
    log.warn({ err }, 'work will be tried again'),
  )
  // The definitions take seconds to load; better now than under the first submission.
  setImmediate(() => Validation.check([]))
  return {
    url,
    close: async () => {
      stopping.abort()
      statusSchedule.stop()
      await app.close()
      await Promise.all([following, working])
      await database.destroy()
    },
  }
}

async function assertActive(chain: OracleChain, keys: OracleKeys): Promise<void> {
  const oracle = await chain.oracle(keys.operator.address)
  if (oracle.status !== 'Active') throw new NotReadyError()
}

function toPeer(oracle: Awaited<ReturnType<OracleChain['oracle']>>) {
  return {
    operator: oracle.operator,
    endpoint: oracle.endpoint,
    publicKey: new Uint8Array(0),
    keyId: oracle.operator.toLowerCase(),
    epoch: Number(oracle.epoch),
  }
}

/** Runs the work again and again with a pause, until the signal. */
async function repeat(
  work: () => Promise<void>,
  pauseMs: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch(onError)
    await pause(pauseMs, signal)
  }
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

export class NotReadyError extends AmbrosiaError {
  constructor() {
    super('Oracle.NotReady', 'this oracle is not admitted yet, or has no tag secret yet', {
      hint: 'Try again shortly, or use another oracle of the deal.',
    })
  }
}
