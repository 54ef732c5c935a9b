import { join } from 'node:path'
import * as Config from './Config.ts'
import * as Keystore from './Keystore.ts'
import { LEVELS } from './Log.ts'
import { CONNECTION_COUNT } from './limitConnections.ts'

/** Settings that every service has. */
export const commonSettings = {
  /** Folder of the network and, below it, of each service. */
  home: Config.path('AMBROSIA_HOME', { default: '.ambrosia' }),
  host: Config.host('AMBROSIA_HOST', 'AMBROSIA_ALLOW_REMOTE'),
  /** Lets a development service listen beyond this machine. */
  allowRemote: Config.flag('AMBROSIA_ALLOW_REMOTE', { default: false }),
  logLevel: Config.choice('AMBROSIA_LOG_LEVEL', LEVELS, { default: 'info' }),
  /** True behind a proxy of ours, whose X-Forwarded headers are then believed. */
  trustProxy: Config.flag('AMBROSIA_TRUST_PROXY', { default: false }),
  /** Requests a minute from one address. */
  requestsPerMinute: Config.integer('AMBROSIA_REQUESTS_PER_MINUTE', {
    default: 6000,
    minimum: 1,
    maximum: 1_000_000,
  }),
  /** Connections that are open at one time; each takes a file descriptor. */
  connectionCount: Config.integer('AMBROSIA_CONNECTIONS', {
    default: CONNECTION_COUNT,
    minimum: 16,
    maximum: 100_000,
  }),
  networkFile: Config.optional(Config.path('AMBROSIA_NETWORK_FILE')),
  rpcUrl: Config.optional(Config.url('AMBROSIA_RPC_URL')),
  dataFolder: Config.optional(Config.path('AMBROSIA_DATA')),
  databaseUrl: Config.optional(Config.text('AMBROSIA_DATABASE_URL')),
  password: Config.optional(Config.secretFile('AMBROSIA_PASSWORD_FILE')),
} as const

type Common = Config.ConfigOf<typeof commonSettings>

export type Places = {
  dataFolder: string
  networkFile: string
  databaseUrl: string
}

/** Where a service keeps what is its own. */
export function placesOf(config: Common, service: string): Places {
  const dataFolder = config.dataFolder ?? join(config.home, service)
  return {
    dataFolder,
    networkFile: config.networkFile ?? join(config.home, 'network.json'),
    databaseUrl: config.databaseUrl ?? `sqlite:${join(dataFolder, `${service}.sqlite`)}`,
  }
}

/**
 * The keystore of a service. Production must name a password file; development makes one in the
 * home.
 */
export async function openKeystore(config: Common, places: Places): Promise<Keystore.Keystore> {
  const path = join(places.dataFolder, 'keystore.json')
  if (config.password !== undefined) return Keystore.open({ path, password: config.password })
  if (config.mode === 'production') {
    throw new Config.InvalidError([
      { name: 'AMBROSIA_PASSWORD_FILE', problem: 'is not set, and production needs it' },
    ])
  }
  const password = Keystore.developmentPassword(config.home)
  return Keystore.open({ path, password, hasRandomPassword: true })
}
