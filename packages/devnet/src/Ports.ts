import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * The ports of a development network; design: chain 8545, page 4000, issuer 4100, store 4200,
 * oracles 4301 and up.
 */
export const DEFAULT_PORTS = {
  chain: 8545,
  issuer: 4100,
  store: 4200,
  firstOracle: 4301,
  page: 4000,
} as const

/** Free ports for everything, so that two networks never meet. */
export const ANY_PORTS = { chain: 0, issuer: 0, store: 0, firstOracle: 0, page: 0 } as const

/**
 * Where any port is chosen: below those that the system gives to outgoing connections (32768 and up
 * on Linux, 49152 on macOS and Windows), one of which could take the port before its service
 * listens, or while that is started again.
 */
const ANY_FROM = 10_000
const ANY_TO = 32_000

/** A port that was looked for, and the one that was free. */
export type TakenPort = { name: string; wanted: number; port: number }

/** Gives each of several processes a port: the wanted one, or the next that is free; 0 is any. */
export async function choosePorts(
  wanted: readonly { name: string; port: number }[],
): Promise<TakenPort[]> {
  const taken = new Set<number>()
  const chosen: TakenPort[] = []
  for (const { name, port } of wanted) {
    const free = await firstFree(port, taken)
    taken.add(free)
    chosen.push({ name, wanted: port, port: free })
  }
  return chosen
}

/** The ports as they are wanted, all of them free. @throws Network.PortInUse */
export async function assertFreePorts(
  wanted: readonly { name: string; port: number }[],
): Promise<TakenPort[]> {
  for (const { name, port } of wanted) {
    if (!(await isFree(port))) throw new PortInUseError(name, port)
  }
  return wanted.map(({ name, port }) => ({ name, wanted: port, port }))
}

/**
 * The first free port of the loopback interface from `from` on that is not in `taken`; from 0, any
 * free port.
 */
export async function firstFree(
  from: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  if (from !== 0) {
    for (let port = from; port < 65536; port++) {
      if (!taken.has(port) && (await isFree(port))) return port
    }
  }
  for (;;) {
    const port = randomInt(ANY_FROM, ANY_TO)
    if (!taken.has(port) && (await isFree(port))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}

export class PortInUseError extends AmbrosiaError {
  constructor(name: string, port: number) {
    super('Network.PortInUse', `port ${port}, which ${name} of this network has, is in use`, {
      hint: 'End what listens there, or start another network in another AMBROSIA_HOME.',
    })
  }
}
