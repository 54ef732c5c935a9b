import { createServer } from 'node:net'

/** The ports of a development network; design: chain 8545, page 4000, issuer 4100, store 4200, oracles 4301 and up. */
export const DEFAULT_PORTS = { chain: 8545, issuer: 4100, store: 4200, firstOracle: 4301 } as const

/** The first free port of the loopback interface from `from` on that is not in `taken`; 0 stays 0 (any free port). */
export async function firstFree(
  from: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (let port = from; port < 65536; port++) {
    if (!taken.has(port) && (await isFree(port))) return port === 0 ? await anyFree() : port
  }
  return await anyFree()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}

function anyFree(): Promise<number> {
  return new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
