import type { IncomingMessage } from 'node:http'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isTooSlow, paceOf } from './pace.ts'

/**
 * Bodies that are in memory at one time, bytes: with the values that are made of them several times
 * as much.
 */
const BODIES_SIZE_BYTES = 128 * 1024 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler reads the body as it comes; it is never whole in memory. */
    isStreamed?: boolean
  }
}

/** Time that a body has to begin with before its pace counts, where others wait for its room. */
const GRACE_MS = 5_000

type Body = { sizeBytes: number; request: IncomingMessage; sinceMs: number; fromBytes: number }

/**
 * An `onRequest` hook that refuses a body that would not fit beside those under way, before its
 * first byte is read. One body alone is always taken: its route bounds it. Room is kept for what
 * comes: where it is short, bodies are ended that were announced and come too slowly, else whoever
 * opens a few connections and is silent would have all of it.
 */
export function limitBodies({
  maximumSizeBytes = BODIES_SIZE_BYTES,
  graceMs = GRACE_MS,
} = {}): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const underWay = new Set<Body>()
  const sizeBytes = (): number => [...underWay].reduce((sum, body) => sum + body.sizeBytes, 0)
  const hasRoom = (size: number) => underWay.size === 0 || sizeBytes() + size <= maximumSizeBytes
  return async (request, reply) => {
    const size = sizeOf(request)
    if (size === 0) return
    const nowMs = performance.now()
    for (const slow of slowestFirst(underWay, graceMs)) {
      if (hasRoom(size)) break
      underWay.delete(slow)
      slow.request.destroy()
    }
    if (!hasRoom(size)) {
      reply.header('retry-after', '5')
      throw new BusyError()
    }
    const { raw } = request
    const body = { sizeBytes: size, request: raw, sinceMs: nowMs, fromBytes: raw.socket.bytesRead }
    underWay.add(body)
    reply.raw.once('close', () => underWay.delete(body))
  }
}

/** Bodies that come too slowly. */
function slowestFirst(underWay: ReadonlySet<Body>, graceMs: number): Body[] {
  return [...underWay]
    .filter((body) => isTooSlow(body, graceMs))
    .sort((one, other) => paceOf(one) - paceOf(other))
}

/** What the body may take: its stated length, or all that its route allows where none is stated. */
function sizeOf({ headers, routeOptions }: FastifyRequest): number {
  if (routeOptions.config.isStreamed === true) return 0
  const limit = routeOptions.bodyLimit ?? 0
  if (headers['transfer-encoding'] !== undefined) return limit
  return Math.min(Number(headers['content-length'] ?? 0) || 0, limit)
}

export class BusyError extends AmbrosiaError {
  constructor() {
    super('Request.Busy', 'too much is under way at this moment', {
      hint: 'Try again in a few seconds.',
    })
  }
}
