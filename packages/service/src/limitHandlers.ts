import type { FastifyReply, FastifyRequest } from 'fastify'
import { BusyError } from './limitBodies.ts'

/** Requests that are worked on at one time: more would wait longer than their clients do. */
const HANDLER_COUNT = 64

/**
 * A `preHandler` hook that refuses a request where too many are worked on: early, so that what is
 * taken is answered in time. A request counts once it has come whole, so that nobody holds a place
 * by sending slowly; bodies that are streamed are bounded by whoever reads them.
 */
export function limitHandlers(
  maximumCount = HANDLER_COUNT,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let underWay = 0
  return async (request, reply) => {
    if (request.routeOptions.config.isStreamed === true) return
    // What is asked of a service about itself must be answered whatever the load is.
    if (request.routeOptions.schema?.hide === true) return
    if (underWay >= maximumCount) throw new BusyError()
    underWay++
    reply.raw.once('close', () => {
      underWay--
    })
  }
}
