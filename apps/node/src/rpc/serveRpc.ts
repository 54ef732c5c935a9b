import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Log } from '@ambrosia/service/Log'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Pool } from '../pool/Pool.ts'
import { type Answer, dispatch, type Handle } from './dispatch.ts'
import { Filters } from './Filters.ts'
import type { Reader } from './Reader.ts'
import { Subscriptions } from './Subscriptions.ts'

/** Bytes of one request, batches included. */
export const REQUEST_BYTES = 5 * 1024 * 1024
/** Connections by WebSocket. */
const SOCKET_COUNT = 200
/** Bytes that may wait for one that does not read. */
const BACKLOG_BYTES = 16 * 1024 * 1024

export type RpcServer = {
  server: Server
  /** Tells subscribers about blocks that became part of the chain. */
  noteBlocks(numbers: readonly number[]): Promise<void>
  close(): Promise<void>
}

/**
 * Serves JSON-RPC over HTTP (POST /) and WebSocket on one port; every other path is the service's:
 * /health, /ready, /metrics. What a service does with each request, logs and metrics, would cost
 * more than most answers.
 */
export function createRpcServer(options: {
  /** Answers every other path. */
  fallback: (request: IncomingMessage, response: ServerResponse) => void
  reader: Reader
  pool: Pool
  headNumber: () => Promise<number>
  logger: Log
}): RpcServer {
  const { fallback, reader, pool, logger } = options
  const filters = new Filters(reader, options.headNumber)
  const plain: Handle = (method, params) => {
    const own = Object.hasOwn(filters.methods, method) ? filters.methods[method] : undefined
    return own === undefined ? reader.request(method, params) : own(params)
  }
  const server = createServer((request, response) => {
    if (request.url !== '/' || request.method !== 'POST') return fallback(request, response)
    void answerPost(request, response, plain, logger)
  })
  const sockets = new Map<WebSocket, Subscriptions>()
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: REQUEST_BYTES })
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (sockets.size >= SOCKET_COUNT || isForeign(request)) return socket.destroy()
    webSockets.handleUpgrade(request, socket, head, (connection) => {
      sockets.set(connection, attach(connection, { reader, plain, logger }))
      connection.once('close', () => sockets.delete(connection))
    })
  })
  const endListening = pool.onArrival((transaction) => {
    filters.noteTransaction(transaction)
    for (const subscriptions of sockets.values()) subscriptions.noteTransaction(transaction)
  })
  return {
    server,
    async noteBlocks(numbers) {
      await Promise.all([...sockets.values()].map((one) => one.noteBlocks(numbers)))
    },
    async close() {
      endListening()
      for (const connection of sockets.keys()) connection.terminate()
      await new Promise<void>((resolve) => webSockets.close(() => resolve()))
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
    },
  }
}

async function answerPost(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
  logger: Log,
): Promise<void> {
  const text = isForeign(request) ? undefined : await read(request)
  if (text === undefined) {
    response.writeHead(isForeign(request) ? 403 : 413, { connection: 'close' }).end()
    return
  }
  const answer = await dispatch(text, handle, logger)
  if (answer === undefined) {
    response.writeHead(204).end()
    return
  }
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

/**
 * A browser says which page a request comes from; a page from elsewhere must not reach a node that
 * listens on loopback, and neither must a name that was pointed at it.
 */
function isForeign({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || !LOOPBACK.test(headers.host ?? '')
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > REQUEST_BYTES) return undefined
      chunks.push(chunk)
    }
  } catch {
    // Whoever asked has gone.
    return undefined
  }
  return Buffer.concat(chunks).toString()
}

function attach(
  connection: WebSocket,
  { reader, plain, logger }: { reader: Reader; plain: Handle; logger: Log },
): Subscriptions {
  const send = (message: unknown) => {
    // Whoever does not read what it asked for is let go.
    if (connection.bufferedAmount > BACKLOG_BYTES) connection.terminate()
    else connection.send(JSON.stringify(message))
  }
  const subscriptions = new Subscriptions(reader, send)
  const handle: Handle = (method, params) => {
    const own = Object.hasOwn(subscriptions.methods, method)
      ? subscriptions.methods[method]
      : undefined
    return own === undefined ? plain(method, params) : own(params)
  }
  // One after another, so that answers come in the order of the requests.
  let last: Promise<void> = Promise.resolve()
  connection.on('message', (data) => {
    last = last.then(async () => {
      const answer: Answer | Answer[] | undefined = await dispatch(String(data), handle, logger)
      if (answer !== undefined) send(answer)
    })
  })
  connection.on('error', () => connection.terminate())
  return subscriptions
}
