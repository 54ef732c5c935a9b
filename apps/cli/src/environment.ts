import { resolve } from 'node:path'
import { ANY_PORTS, DEFAULT_PORTS } from '@ambrosia/devnet/Ports'

/**
 * The home of a network and of a person's keys: AMBROSIA_HOME, default `.ambrosia` in the current
 * folder.
 */
export function homeOf(): string {
  return resolve(process.env['AMBROSIA_HOME'] ?? '.ambrosia')
}

/**
 * True unless AMBROSIA_ENV says otherwise; only then do well-known accounts and passwords count.
 */
export function isDevelopment(): boolean {
  return (process.env['AMBROSIA_ENV'] ?? 'development') === 'development'
}

/**
 * Ports of a development network; `AMBROSIA_PORTS=any` takes free ones, so that two networks never
 * meet.
 */
export function portsOf(env: NodeJS.ProcessEnv) {
  if (env['AMBROSIA_PORTS'] === 'any') return ANY_PORTS
  return DEFAULT_PORTS
}
