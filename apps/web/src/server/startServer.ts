import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fail, sendJson } from './answers.ts'
import { readNetwork } from './configuration.ts'
import { developmentFiles } from './developmentFiles.ts'
import { readFhir } from './fhir.ts'
import { securityHeaders } from './headers.ts'
import { isFromPage } from './isFromPage.ts'
import { createLive } from './live.ts'
import { forward } from './proxy.ts'
import { rpc } from './rpc.ts'
import { sendPage } from './staticFiles.ts'

export type PageServer = { url: string; close(): Promise<void> }

export type ServerOptions = {
  /** Home of the network whose `network.json` is served. */
  home: string
  /** 0 takes any free port. */
  port: number
  /** Folder of the built page; while it does not exist, a waiting page is served. */
  pageFolder: string
  /** Only then does the page get well-known accounts and the operator's token. */
  development: boolean
}

/** Serves the page on the loopback interface. */
export async function startServer(options: ServerOptions): Promise<PageServer> {
  const live = createLive(options.home)
  const server = createServer((request, response) => {
    void answer(request, response, options, live).catch(() => fail(response, 502))
  })
  server.listen(options.port, '127.0.0.1')
  await new Promise<void>((done, failed) => {
    server.once('listening', done)
    server.once('error', failed)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        live.close()
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  live: ReturnType<typeof createLive>,
): Promise<void> {
  const nonce = securityHeaders(response)
  const { pathname } = new URL(request.url ?? '/', 'http://page')
  if (!isFromPage(request)) return fail(response, 403)
  if (pathname === '/health') return sendJson(response, { ok: true })
  if (pathname === '/network') return sendJson(response, readNetwork(options))
  if (pathname === '/live') return live.stream(request, response)
  if (pathname === '/rpc') return await rpc(request, response, options.home)
  if (pathname.startsWith('/fhir/')) return await readFhir(request, response)
  if (pathname.startsWith('/services/')) return await forward(request, response, options.home)
  if (pathname.startsWith('/development/')) {
    if (!options.development) return fail(response, 404)
    return developmentFiles(pathname, response, options.home)
  }
  return sendPage(pathname, response, options.pageFolder, nonce)
}
