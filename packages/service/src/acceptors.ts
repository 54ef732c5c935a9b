import { type AddressInfo, createServer, type Server } from 'node:net'

/**
 * Sockets that one service listens with. Each takes one connection in a turn of the event loop
 * (libuv since 1.45): with one, a service whose turns take 5 ms lets 200 in a second, and whoever
 * asks for /health waits behind all that a flood has opened.
 */
const ACCEPTOR_COUNT = 16

/** Whether several sockets may listen at one port; Node refuses elsewhere. */
export const CAN_SHARE_PORT = process.platform === 'linux'

/**
 * Lets a server that listens with `reusePort` take its connections from further sockets at the same
 * address, among which the kernel divides them.
 * @returns ends these; `drained` settles once all their connections are closed
 */
export function addAcceptors(server: Server): { close(): void; drained(): Promise<void> } {
  let others: Server[] = []
  const start = (): void => {
    const { address: host, port } = server.address() as AddressInfo
    const options = { allowHalfOpen: true, noDelay: true }
    others = Array.from({ length: ACCEPTOR_COUNT - 1 }, () => {
      const other = createServer(options, (socket) => server.emit('connection', socket))
      // One that can't listen is one less.
      other.on('error', () => {})
      return other.listen({ host, port, reusePort: true })
    })
  }
  if (CAN_SHARE_PORT) server.once('listening', start)
  let ended: Promise<unknown> = Promise.resolve()
  return {
    close: () => {
      const closing = others.map((one) => new Promise((done) => one.close(done)))
      ended = Promise.all(closing)
    },
    drained: async () => {
      await ended
    },
  }
}

/**
 * Refuses a port that another has: sockets that share one don't tell.
 * @throws EADDRINUSE, EACCES
 */
export async function assertFree(at: { host: string; port: number }): Promise<void> {
  const server = createServer()
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(at, done)
  })
  await new Promise((done) => server.close(done))
}
