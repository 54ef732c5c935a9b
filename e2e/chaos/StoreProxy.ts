import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** How the store answers through the proxy: as it is, late, wrongly, or not at all. */
export type Mood = 'sound' | 'slow' | 'wrong' | 'gone'

export type StoreProxy = { url: string; mood: Mood; close(): Promise<void> }

const SLOW_MS = 1_500

/**
 * Stands before a service and spoils its answers; the requests and their hosts stay as they are.
 */
export async function startProxy(target: () => string): Promise<StoreProxy> {
  const proxy = { mood: 'sound' as Mood }
  const server: Server = createServer(async (incoming, outgoing) => {
    if (proxy.mood === 'gone') {
      outgoing.destroy()
      return
    }
    if (proxy.mood === 'slow') await pause(SLOW_MS)
    const { hostname, port } = new URL(target())
    const { method, url: path, headers } = incoming
    const sent = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('data', (part: Buffer) => {
        outgoing.write(proxy.mood === 'wrong' ? part.map((byte) => byte ^ 1) : part)
      })
      answer.once('end', () => outgoing.end())
      answer.once('error', () => outgoing.destroy())
    })
    sent.once('error', () => outgoing.destroy())
    incoming.pipe(sent)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get mood() {
      return proxy.mood
    },
    set mood(mood: Mood) {
      proxy.mood = mood
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
