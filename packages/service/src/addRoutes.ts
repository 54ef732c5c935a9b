import { Readable } from 'node:stream'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import type {
  Body,
  BodyOf,
  BytesAnswer,
  HttpRoute,
  HttpRoutes,
  JsonAnswer,
  ParamsOf,
  QueryOf,
  StreamAnswer,
} from '@ambrosia/primitives/HttpRoute'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { Compile } from 'typebox/schema'
import type { Server } from './Server.ts'

/** What a handler gets: everything in it has the shape that the route asks for. */
export type Incoming<R extends HttpRoute> = {
  params: ParamsOf<R>
  query: QueryOf<R>
  body: BodyOf<R>
  /** The account that signed, where the route asks for a signature. */
  account: R['auth'] extends 'account' ? Hex : undefined
  /** The secret in Authorization, where the route asks for one and the request has one. */
  bearer: string | undefined
  /** Content-Length, where the client sent one. */
  sizeBytes: number | undefined
}

/**
 * A JSON answer that is bytes already, and was checked against the schema of its route: a large one
 * is made in a thread, so that the service answers others meanwhile.
 */
export class PreparedJson {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** What a handler answers. */
export type Outgoing<R extends HttpRoute> = R['answer'] extends JsonAnswer
  ? Static<R['answer']['schema']> | PreparedJson
  : R['answer'] extends BytesAnswer
    ? Uint8Array
    : R['answer'] extends StreamAnswer
      ? { content: AsyncIterable<Uint8Array>; sizeBytes: number }
      : undefined

export type Handlers<T extends HttpRoutes> = {
  [K in keyof T]: (incoming: Incoming<T[K]>) => Promise<Outgoing<T[K]> | undefined>
}

export type Guards = {
  /** Verifies the signature: `SignedRequest.createHook`. */
  account?: (request: FastifyRequest) => Promise<void>
  /** Judges the secret in Authorization before the body is read; without it the handler does. */
  bearer?: (secret: string | undefined) => void
}

/**
 * Registers a handler for every route of a table. Bodies, answers and documents at /docs follow
 * from the table.
 */
export function addRoutes<T extends HttpRoutes>(
  app: Server,
  routes: T,
  handlers: Handlers<T>,
  guards: Guards = {},
): void {
  for (const [name, route] of Object.entries(routes)) {
    const handle = handlers[name] as unknown as Handle
    const assertPromised = promiseOf(route)
    // Each in a scope of its own: what a route takes as a body says nothing about the others.
    app.register(async (scope) => {
      takeBody(scope as unknown as Server, route.body)
      scope.route({
        method: route.method,
        url: route.path,
        schema: schemaOf(route),
        config: { isStreamed: route.body?.kind === 'stream' },
        ...(route.body && 'limitBytes' in route.body ? { bodyLimit: route.body.limitBytes } : {}),
        ...(isUnjudged(route.body) ? { validatorCompiler: leaveBody } : {}),
        // The schema documents what goes out; it does not choose from it.
        serializerCompiler: () => (value) => JSON.stringify(value),
        ...hooksOf(route, guards),
        handler: async (request, reply) => {
          const outgoing = await handle(incomingOf(route, request))
          if (!(outgoing instanceof PreparedJson)) assertPromised(outgoing)
          return answer(route, reply, outgoing)
        },
      })
    })
  }
}

type Handle = (incoming: Incoming<HttpRoute>) => Promise<unknown>

/** Refuses to send what clients, who go by the same schema, would refuse to read. */
export function promiseOf({ path, answer }: HttpRoute): (outgoing: unknown) => void {
  if (answer.kind !== 'json') return () => {}
  const validator = Compile(answer.schema)
  return (outgoing) => {
    if (validator.Check(outgoing)) return
    const [, faults] = validator.Errors(outgoing)
    throw new Error(`the answer of ${path}${HttpProblem.describeFault(faults)}`)
  }
}

/** Bytes have no shape, and some JSON is for its handler to judge. */
function isUnjudged(body: Body | undefined): boolean {
  return body !== undefined && (body.kind !== 'json' || body.isJudgedByHandler === true)
}

type ValidatorCompiler = typeof TypeBoxValidatorCompiler

const leaveBody: ValidatorCompiler = (route) =>
  route.httpPart === 'body' ? () => true : TypeBoxValidatorCompiler(route)

function hooksOf(route: HttpRoute, guards: Guards): object {
  if (route.auth === 'account') {
    if (!guards.account) throw new Error(`${route.path} asks for a signature; nobody verifies it`)
    return { preValidation: guards.account }
  }
  const { bearer } = guards
  if (route.auth !== 'bearer' || !bearer) return {}
  return { onRequest: async (request: FastifyRequest) => bearer(bearerOf(request)) }
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/

function bearerOf(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1]
}

function takeBody(scope: Server, body: Body | undefined): void {
  if (body === undefined || body.kind === 'json') return
  for (const mediaType of body.mediaTypes) {
    if (body.kind === 'stream') {
      scope.addContentTypeParser(mediaType, (_request, content, done) => done(null, content))
      continue
    }
    // JSON has its parser, which keeps the bytes beside the value.
    if (mediaType === 'application/json') continue
    scope.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (request, content, done) => {
      const { buffer, byteOffset, length } = content as Buffer
      request.rawBody = new Uint8Array(buffer, byteOffset, length)
      done(null, request.rawBody)
    })
  }
}

function incomingOf(route: HttpRoute, request: FastifyRequest): Incoming<HttpRoute> {
  const length = request.headers['content-length']
  return {
    params: request.params as never,
    query: request.query as never,
    body: bodyOf(route.body, request) as never,
    account: request.signer as never,
    bearer: route.auth === 'bearer' ? bearerOf(request) : undefined,
    sizeBytes: length === undefined ? undefined : Number(length),
  }
}

function bodyOf(body: Body | undefined, request: FastifyRequest): unknown {
  if (body?.kind === 'bytes') return request.rawBody ?? new Uint8Array(0)
  if (body?.kind === 'stream') return request.body ?? Readable.from([])
  return request.body
}

function answer({ answer }: HttpRoute, reply: FastifyReply, outgoing: unknown): FastifyReply {
  reply.status(answer.status)
  if (answer.kind === 'empty') return reply.send(null)
  if (outgoing instanceof PreparedJson)
    return reply.type('application/json; charset=utf-8').send(Buffer.from(outgoing.bytes.buffer))
  if (answer.kind === 'json') return reply.send(outgoing)
  const kept = answer.cache === 'none' ? 'no-store' : 'public, immutable, max-age=31536000'
  reply.type(answer.mediaType).header('cache-control', kept)
  reply.header('x-content-type-options', 'nosniff')
  if (answer.kind === 'bytes') return reply.send(Buffer.from(outgoing as Uint8Array))
  const { content, sizeBytes } = outgoing as Outgoing<HttpRoute & { answer: StreamAnswer }>
  return reply.header('content-length', sizeBytes).send(Readable.from(content))
}

/** The route in the words of Fastify and OpenAPI. */
function schemaOf(route: HttpRoute): object {
  const { body, answer } = route
  return {
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(body?.kind === 'json' ? { body: body.schema } : {}),
    ...(body && body.kind !== 'json' ? { body: { content: octets(body.mediaTypes) } } : {}),
    ...(route.auth === 'anyone' ? {} : { security: [{ [route.auth]: [] }] }),
    response: {
      ...(answer.kind === 'json' ? { [answer.status]: answer.schema } : {}),
      ...(answer.kind === 'empty' ? { [answer.status]: { type: 'null' } } : {}),
      ...('mediaType' in answer
        ? { [answer.status]: { description: 'bytes', content: octets([answer.mediaType]) } }
        : {}),
      ...refusalsOf(route),
    },
  }
}

function octets(mediaTypes: readonly string[]): object {
  const binary = { schema: { type: 'string', format: 'binary' } }
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, binary]))
}

function refusalsOf({ errors }: HttpRoute): object {
  const codes = new Map<number, string[]>()
  for (const [code, status] of Object.entries(errors)) {
    codes.set(status, [...(codes.get(status) ?? []), code])
  }
  const entries = [...codes].map(([status, names]) => [
    status,
    { ...HttpProblem.SCHEMA, description: names.join(', ') },
  ])
  return Object.fromEntries(entries)
}
