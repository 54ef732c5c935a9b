import { DEFAULT_PORTS } from '@ambrosia/devnet/Ports'

/** Ports of a development network; `AMBROSIA_PORTS=any` takes free ones, so that two networks never meet. */
export function portsOf(env: NodeJS.ProcessEnv) {
  if (env['AMBROSIA_PORTS'] === 'any') return { chain: 0, issuer: 0, store: 0, firstOracle: 0 }
  return DEFAULT_PORTS
}
