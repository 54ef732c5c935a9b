import type { Network } from '@ambrosia/chain/Network'
import { type HttpRoutes, statusesOf } from '@ambrosia/primitives/HttpRoute'
import type { Kysely } from 'kysely'
import type { PublicClient } from 'viem'
import { addRoutes, type Guards, type Handlers } from './addRoutes.ts'
import * as Chain from './Chain.ts'
import type * as Config from './Config.ts'
import * as Database from './Database.ts'
import { removeLeftovers } from './files.ts'
import { type Job, startJobs } from './jobs.ts'
import type { Keystore } from './Keystore.ts'
import * as Log from './Log.ts'
import * as Metrics from './Metrics.ts'
import { readNetwork } from './readNetwork.ts'
import type { Running } from './runService.ts'
import * as Server from './Server.ts'
import { type commonSettings, openKeystore, type Places, placesOf } from './settings.ts'

type Settings = typeof commonSettings & { port: Config.Setting<number> }

/** What every service has before it does anything of its own. */
export type Frame<S extends Settings, DB> = {
  name: string
  config: Config.ConfigOf<S>
  places: Places
  log: Log.Log
  network: Network
  client: PublicClient
  keystore: Keystore
  database: Kysely<DB>
}

/**
 * Opens the frame of a service: network, chain, keystore, database. The configuration was read
 * before, so that a service may refuse it.
 * @throws Config.*, Network.*, Chain.*, Keystore.*, Database.*
 */
export async function openFrame<S extends Settings, DB>(options: {
  name: string
  config: Config.ConfigOf<S>
  migrations: Database.Migrations
}): Promise<Frame<S, DB>> {
  const { name, migrations } = options
  const config = options.config as Config.ConfigOf<S> & Config.ConfigOf<Settings>
  const places = placesOf(config, name)
  for (const folder of [config.home, places.dataFolder]) removeLeftovers(folder)
  const log = Log.create({ name, level: config.logLevel })
  const network = readNetwork(places.networkFile)
  const rpcUrl = config.rpcUrl ?? network.rpcUrl
  const keystore = await openKeystore(config, places)
  const client = await Chain.connect({ rpcUrl, chainId: network.chainId })
  const database = await Database.open<DB>({ url: places.databaseUrl, migrations })
  return { name, config, places, log, network, client, keystore, database }
}

export type Serving<T extends HttpRoutes> = {
  description: string
  routes: T
  handlers: Handlers<T>
  /** Needs the server, whose limits it uses: `SignedRequest.createHook`. */
  guards?: (app: Server.Server) => Guards
  /** What must work for the service to be ready, besides chain and database. */
  checks?: Readonly<Record<string, () => Promise<unknown>>>
  /** Longest time to receive a whole request, milliseconds. */
  requestTimeoutMs?: number
  /** Told the URL as soon as the service listens; answers what is to be done beside requests. */
  whenListening?: (url: string) => readonly Job[]
  /** Ends what the service started besides. */
  close?: () => void
}

/**
 * The server of a service with its routes; what it works with is given, so that a test can bring
 * its own.
 */
export async function createServer<T extends HttpRoutes>(
  options: Server.Options,
  serving: Pick<Serving<T>, 'routes' | 'handlers' | 'guards'>,
): Promise<Server.Server> {
  const { routes, handlers, guards } = serving
  const app = await Server.create({ ...options, statuses: statusesOf(routes) })
  addRoutes(app, routes, handlers, guards?.(app))
  return app
}

/**
 * Serves the routes and runs the jobs of a service until it is closed: requests and runs under way
 * end, then the database closes.
 */
export async function serve<S extends Settings, DB, T extends HttpRoutes>(
  frame: Frame<S, DB>,
  serving: Serving<T>,
): Promise<Running> {
  const { name, log, client, database } = frame
  const config = frame.config as Config.ConfigOf<Settings>
  const { description, requestTimeoutMs } = serving
  const checks = {
    chain: () => client.getBlockNumber(),
    database: () => Database.assertReady(database),
    ...serving.checks,
  }
  const { requestsPerMinute, connectionCount, trustProxy } = config
  const metrics = Metrics.create({ service: name })
  const connections = { maximumCount: connectionCount }
  const limits = { requestsPerMinute, connections, requestTimeoutMs, trustProxy }
  const app = await createServer({ name, description, log, metrics, checks, ...limits }, serving)
  const url = await Server.listen(app, config)
  const jobs = startJobs(serving.whenListening?.(url) ?? [], { log })
  log.info({ url }, 'listening')
  return {
    url,
    close: async () => {
      serving.close?.()
      const ended = jobs.stop()
      await app.close()
      await ended
      await database.destroy()
    },
  }
}
