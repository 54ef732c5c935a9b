import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import { BusyError } from './limitBodies.ts'
import { isReadTooSlowly, isTooSlow } from './pace.ts'
import { problemOf } from './problems.ts'

/** Connections that are open at one time. */
export const CONNECTION_COUNT = 1024

/** Time that a request has to come whole before its pace counts, milliseconds. */
const GRACE_MS = 5_000

type Connection = {
  socket: Socket
  address: string
  /** When it opened, its request began or its last answer ended. */
  sinceMs: number
  /** None between two requests and before the first. */
  work: Work | undefined
}

/** A request, its answer, and what had come and gone on the connection when it began. */
type Work = {
  request: IncomingMessage
  response: ServerResponse
  fromBytes: number
  fromWrittenBytes: number
}

/**
 * Bounds the connections of a server. Opening one costs a stranger nothing, so none keeps its place
 * by waiting in it: where all are taken, one without a request ends for the newcomer, or one whose
 * request comes or whose answer is read too slowly, of the address that has most of these; of its
 * connections the one that has waited longest. Where all have work, the newcomer is refused with
 * 503.
 * @returns ends those without a request, for a server that closes
 */
export function limitConnections(
  server: Server,
  { maximumCount = CONNECTION_COUNT, graceMs = GRACE_MS } = {},
): { endWaiting(): void } {
  const open = new Map<Socket, Connection>()
  const admit = (socket: Socket): void => {
    if (open.size >= maximumCount) {
      const waiting = longestWaiting(open.values(), graceMs)
      if (waiting === undefined) {
        socket.end(refusal(), () => socket.destroy())
        return
      }
      // It counts until it is closed, which is a turn of the event loop later.
      open.delete(waiting)
      waiting.destroy()
    }
    const address = socket.remoteAddress ?? ''
    const sinceMs = performance.now()
    open.set(socket, { socket, address, sinceMs, work: undefined })
    socket.once('close', () => open.delete(socket))
  }
  const begin = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = open.get(request.socket)
    if (connection === undefined) return
    const { bytesRead: fromBytes, bytesWritten: fromWrittenBytes } = request.socket
    const work = { request, response, fromBytes, fromWrittenBytes }
    connection.work = work
    connection.sinceMs = performance.now()
    response.once('close', () => {
      if (connection.work !== work) return
      connection.work = undefined
      connection.sinceMs = performance.now()
    })
  }
  server.on('connection', admit)
  server.on('request', begin)
  return {
    endWaiting: () => {
      for (const { socket, work } of open.values()) if (work === undefined) socket.destroy()
    },
  }
}

/** Written to the connection itself: its request has not come. */
function refusal(): string {
  const problem = { ...problemOf(new BusyError(), {}), instance: `urn:uuid:${randomUUID()}` }
  const body = JSON.stringify(problem)
  const head = [
    'HTTP/1.1 503 Service Unavailable',
    `content-type: ${HttpProblem.MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'retry-after: 5',
    'connection: close',
  ]
  return [...head, '', body].join('\r\n')
}

function longestWaiting(connections: Iterable<Connection>, graceMs: number): Socket | undefined {
  const byAddress = new Map<string, Connection[]>()
  for (const connection of connections) {
    const { address, sinceMs, work } = connection
    if (work !== undefined) {
      const timed = { ...work, sinceMs }
      if (!isTooSlow(timed, graceMs) && !isReadTooSlowly(timed, graceMs)) continue
    }
    const others = byAddress.get(address)
    if (others === undefined) byAddress.set(address, [connection])
    else others.push(connection)
  }
  const most = [...byAddress.values()].reduce<Connection[]>(
    (one, other) => (other.length > one.length ? other : one),
    [],
  )
  return most.reduce<Connection | undefined>(
    (one, other) => (one === undefined || other.sinceMs < one.sinceMs ? other : one),
    undefined,
  )?.socket
}
