import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidMessage from '@ambrosia/credentials/DidMessage'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { random } from '@ambrosia/primitives/Bytes'
import * as Chain from '@ambrosia/service/Chain'
import * as Config from '@ambrosia/service/Config'
import * as Database from '@ambrosia/service/Database'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Network from '@ambrosia/service/Network'
import type { Running } from '@ambrosia/service/runService'
import * as Server from '@ambrosia/service/Server'
import { openKeystore, placesOf } from '@ambrosia/service/settings'
import { settings } from './config.ts'
import { migrations } from './database/migrations.ts'
import type { IssuerDatabase } from './database/tables.ts'
import { documentOf, type IssuerKeys, openKeys } from './keys.ts'
import { addRecordRoutes } from './routes/records.ts'
import { addServiceRoute } from './routes/service.ts'
import { createStatusLists } from './status/statusLists.ts'
import { subjectHandleOf } from './subjectHandle.ts'

const DAY_SEC = 86_400

/** Starts an issuer: its keys, its database, its routes. */
export async function startIssuer(context: { env: NodeJS.ProcessEnv }): Promise<Running> {
  const config = Config.read(settings, context.env)
  const places = placesOf(config, 'issuer')
  const log = Log.create({ name: 'issuer', level: config.logLevel })
  const network = Network.read(places.networkFile)
  const client = await Chain.connect({
    rpcUrl: config.rpcUrl ?? network.rpcUrl,
    chainId: network.chainId,
  })
  const keystore = await openKeystore(config, places)
  const keys = await openKeys(keystore, network.chainId)
  writeOperatorToken(places.dataFolder, keys)
  const database = await Database.open<IssuerDatabase>({ url: places.databaseUrl, migrations })
  const metrics = Metrics.create({ service: 'issuer' })
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  let publicUrl = config.publicUrl ?? ''
  const statusLists = createStatusLists({
    database,
    keys,
    listUrl: () => `${publicUrl}/v1/status/1`,
    periodSec: config.statusPeriodSec,
    loader,
    now: Date.now,
  })
  const app = await Server.create({
    name: 'issuer',
    description: 'Signs FHIR records as verifiable credentials and publishes their status.',
    log,
    metrics,
    requestsPerMinute: config.requestsPerMinute,
    trustProxy: config.trustProxy,
    checks: {
      chain: () => client.getBlockNumber(),
      database: () => Database.assertReady(database as never),
    },
    statuses: { 'Issuer.NotOperator': 401, 'Status.UnknownEntry': 404, 'Status.UnknownEpoch': 404 },
  })
  addRecordRoutes(app, {
    statusLists,
    operatorToken: keys.operatorToken,
    issue: async ({ bundle, form, holder }) => {
      const credentialStatus = await statusLists.allocate()
      const issuance = await issueRecord({
        bundle,
        form,
        issuer: keys.did,
        key: keys.bbs,
        holder,
        subjectHandle: await subjectHandleOf(database, keys.personSecret, bundle),
        credentialStatus,
        validForSec: config.validityDays * DAY_SEC,
        now: new Date(),
        randomBytes: random,
        loader,
      })
      log.info(
        { digests: issuance.digestCount, claims: issuance.claimCount, form },
        'a record was issued',
      )
      return { ...issuance, statusIndex: Number(credentialStatus.statusListIndex) }
    },
  })
  addServiceRoute(app, {
    did: keys.did,
    statusPeriodSec: config.statusPeriodSec,
    signCreation: async () => {
      const document = documentOf(keys, publicUrl)
      const deadline = BigInt(Math.floor(Date.now() / 1000) + 3600)
      const message = {
        firstController: keys.controller.address,
        salt: keys.salt,
        document,
        deadline,
      }
      const registry = {
        chainId: network.chainId,
        didRegistry: Network.contractOf(network, 'didRegistry'),
      }
      const typedData = DidMessage.create(registry, message)
      return {
        firstController: message.firstController,
        salt: message.salt,
        document: DidMessage.toContractDocument(document),
        deadline: deadline.toString(),
        signature: await keys.controller.signTypedData(typedData as never),
      }
    },
  })
  const url = await Server.listen(app, { host: config.host, port: config.port })
  publicUrl = config.publicUrl ?? url
  log.info({ url, did: keys.did }, 'issuer is ready')
  return {
    url,
    close: async () => {
      await app.close()
      await database.destroy()
    },
  }
}

/** The operator's own copy of his token, readable by him alone. */
function writeOperatorToken(folder: string, keys: IssuerKeys): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'operator-token'), `${keys.operatorToken}\n`, { mode: 0o600 })
}
