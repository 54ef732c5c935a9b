import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { FastifyReply, FastifyRequest } from 'fastify'

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

/**
 * An `onRequest` hook that refuses a body that would not fit beside those under way, before its
 * first byte is read. One body alone is always taken: its route bounds it.
 */
export function limitBodies(
  maximumSizeBytes = BODIES_SIZE_BYTES,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let underWay = 0
  return async (request, reply) => {
    const size = sizeOf(request)
    if (size === 0) return
    if (underWay > 0 && underWay + size > maximumSizeBytes) {
      reply.header('retry-after', '5')
      throw new BusyError()
    }
    underWay += size
    reply.raw.once('close', () => {
      underWay -= size
    })
  }
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
