import type { FastifyReply, FastifyRequest } from 'fastify'
import { BusyError } from './limitBodies.ts'

/** Requests that are worked on at one time: more would wait longer than their clients do. */
const HANDLER_COUNT = 128

/**
 * A `preValidation` hook that refuses a request where too many are worked on: early, so that what
 * is taken is answered in time. No route has more than half of the places, so that a long queue at
 * one keeps nobody from the others. A request counts once it has come whole, so that nobody holds a
 * place by sending slowly, and before its signature is verified, which costs more than all else
 * that a refusal takes; bodies that are streamed are bounded by whoever reads them.
 */
export function limitHandlers(
  maximumCount = HANDLER_COUNT,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const routeCount = Math.ceil(maximumCount / 2)
  const byRoute = new Map<string, number>()
  let underWay = 0
  return async (request, reply) => {
    if (request.routeOptions.config.isStreamed === true) return
    // What is asked of a service about itself must be answered whatever the load is.
    if (request.routeOptions.schema?.hide === true) return
    const route = `${request.method} ${request.routeOptions.url}`
    const ofRoute = byRoute.get(route) ?? 0
    if (underWay >= maximumCount || ofRoute >= routeCount) throw new BusyError()
    underWay++
    byRoute.set(route, ofRoute + 1)
    reply.raw.once('close', () => {
      underWay--
      byRoute.set(route, (byRoute.get(route) ?? 1) - 1)
    })
  }
}
