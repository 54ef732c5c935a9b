import { randomUUID } from 'node:crypto'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import { addAcceptors, assertFree, CAN_SHARE_PORT } from './acceptors.ts'
import { keepRawJson } from './keepRawJson.ts'
import type { Log } from './Log.ts'
import { limitBodies } from './limitBodies.ts'
import { limitConnections } from './limitConnections.ts'
import { limitHandlers } from './limitHandlers.ts'
import type { Metrics } from './Metrics.ts'
import { problemOf, type Statuses, TooManyRequestsError } from './problems.ts'

/** A server whose routes are typed by their TypeBox schemas. */
export type Server = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  TypeBoxTypeProvider
>

export type Options = {
  /** Name of the service, for documents and logs. */
  name: string
  description: string
  log: Log
  metrics: Metrics
  /** What must work for the service to be ready, by name; a rejection means that it does not. */
  checks?: Readonly<Record<string, () => Promise<unknown>>> | undefined
  /**
   * Status by error code (`Ticket.Unknown`) or by domain (`HttpSignature.`). Default 400 for errors
   * of ours.
   */
  statuses?: Statuses | undefined
  /** Largest JSON body, bytes. Default 1 MiB. */
  bodyLimitBytes?: number | undefined
  /** All bodies in memory at one time, 128 MiB, and how long each has to begin with, 5 s. */
  bodies?: { maximumSizeBytes?: number; graceMs?: number } | undefined
  /** Requests that are worked on at one time, half of them at one route. Default 128. */
  handlerCount?: number | undefined
  /** Connections at one time, 1024, and how long a request may be on its way at any pace, 5 s. */
  connections?: { maximumCount?: number; graceMs?: number } | undefined
  /** Requests a minute and address. Default 6000. */
  requestsPerMinute?: number | undefined
  /** Longest time to receive a whole request. Default 5 minutes. */
  requestTimeoutMs?: number | undefined
  /** True behind a proxy of ours: the client's address is then that of X-Forwarded-For. */
  trustProxy?: boolean | undefined
}

/** Makes a server with /health, /ready, /metrics, /docs; add routes, then `listen`. */
export async function create(options: Options): Promise<Server> {
  const { log, metrics } = options
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    trustProxy: options.trustProxy ?? false,
    requestTimeout: options.requestTimeoutMs ?? 300_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // An id of the client's choice could forge another request's log lines.
    requestIdHeader: false,
    // What the router itself refuses would otherwise be answered with the path it was asked for.
    frameworkErrors: (error, request, reply) => {
      answerOf(options)(request, reply, problemOf(error, {}))
    },
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 128 },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Server
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  keepRawJson(app)
  app.addHook('onRequest', limitBodies(options.bodies))
  app.addHook('preValidation', limitHandlers(options.handlerCount))
  answerProblems(app, options)
  logRequests(app, metrics)
  handleConnections(app, options)
  await app.register(rateLimit, {
    max: options.requestsPerMinute ?? 6000,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) => new TooManyRequestsError(ttl),
  })
  await document(app, options)
  addHealth(app, options)
  return app
}

/**
 * Starts to listen and tells the base URL; port 0 takes a free one.
 * @throws Server.PortTaken, Server.PortRefused
 */
export async function listen(app: Server, at: { host: string; port: number }): Promise<string> {
  try {
    if (at.port !== 0) await assertFree(at)
    // Handed on to Node as it is, though the types of the framework don't name it.
    const options = { ...at, reusePort: CAN_SHARE_PORT }
    return await app.listen(options)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE') throw new PortTakenError(at)
    if (code === 'EACCES') throw new PortRefusedError(at)
    throw error
  }
}

export class PortTakenError extends AmbrosiaError {
  constructor({ host, port }: { host: string; port: number }) {
    super('Server.PortTaken', `port ${port} of ${host} is in use by another program`, {
      hint: 'End that program, or set AMBROSIA_PORT to another port (0 takes a free one).',
    })
  }
}

export class PortRefusedError extends AmbrosiaError {
  constructor({ host, port }: { host: string; port: number }) {
    super('Server.PortRefused', `this user may not listen on port ${port} of ${host}`, {
      hint: 'Set AMBROSIA_PORT to a port from 1024 on.',
    })
  }
}

/** When to come back where nothing else is known, seconds. */
const RETRY_AFTER_SEC = '10'

/** Sends a problem as RFC 9457 asks for. */
function answerOf(options: Pick<Options, 'metrics'>) {
  return (request: FastifyRequest, reply: FastifyReply, problem: HttpProblem.HttpProblem) => {
    options.metrics.errorsTotal.inc({ code: problem.code })
    const isForLater = problem.status === 429 || problem.status === 503
    if (isForLater && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER_SEC)
    return reply
      .status(problem.status)
      .type(HttpProblem.MEDIA_TYPE)
      .send({ ...problem, instance: `urn:uuid:${request.id}` })
  }
}

function answerProblems(app: Server, options: Options): void {
  const answer = answerOf(options)
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, options.statuses ?? {})
    if (problem.status >= 500) request.log.error({ err: error }, 'a request failed')
    else request.log.info({ err: error }, 'a request was refused')
    return answer(request, reply, problem)
  })
  app.setNotFoundHandler((request, reply) => {
    const error = new AmbrosiaError('Request.NotFound', 'there is no such resource', {
      hint: 'The routes are listed at /docs.',
    })
    return answer(request, reply, problemOf(error, {}))
  })
}

/**
 * One line a request, with the route's pattern: a path or query may hold what no log should keep.
 */
function logRequests(app: Server, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const { method } = request
    const status = reply.statusCode
    metrics.requestSeconds.observe({ method, route, status }, reply.elapsedTime / 1000)
    const quiet = route === '/health' || route === '/ready' || route === '/metrics'
    const line = { method, route, status, durationMs: Math.round(reply.elapsedTime) }
    request.log[quiet ? 'debug' : 'info'](line, 'request')
  })
}

/**
 * Bounds connections, and ends those that would hold the closing up: silent ones, kept-alive ones.
 */
function handleConnections(app: Server, { connections }: Options): void {
  // `localhost` has a second server at ::1, which no stranger reaches.
  const { endWaiting } = limitConnections(app.server, connections)
  const acceptors = addAcceptors(app.server)
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    acceptors.close()
    endWaiting()
    // One whose last answer has just left waits only a moment later.
    const timer = setInterval(endWaiting, END_WAITING_MS).unref()
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close')
  })
  app.addHook('onClose', () => acceptors.drained())
}

/** How often connections that wait are ended while a server closes, milliseconds. */
const END_WAITING_MS = 50

const SECURITY = {
  account: {
    type: 'apiKey',
    in: 'header',
    name: 'signature',
    description:
      'HTTP Message Signatures (RFC 9421) by an Ethereum account, for the audience at /v1/service',
  },
  bearer: { type: 'http', scheme: 'bearer' },
} as const

async function document(app: Server, { name, description }: Options): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: { title: `Ambrosia ${name}`, description, version: '1' },
      components: { securitySchemes: SECURITY },
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
}

function addHealth(app: Server, { metrics, checks = {} }: Options): void {
  const hidden = { schema: { hide: true }, config: { rateLimit: false as const } }
  app.get('/health', hidden, async () => ({ status: 'ok' }))
  app.get('/ready', hidden, async (request, reply) => {
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check()
          return [name, 'ok'] as const
        } catch (error) {
          request.log.warn({ err: error, check: name }, 'not ready')
          return [name, 'failed'] as const
        }
      }),
    )
    const isReady = entries.every(([, state]) => state === 'ok')
    const status = isReady ? 'ok' : 'unavailable'
    return reply.status(isReady ? 200 : 503).send({ status, checks: Object.fromEntries(entries) })
  })
  app.get('/metrics', hidden, async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}
