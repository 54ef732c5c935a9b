import type { Static, TSchema } from 'typebox'

/**
 * A route of a service as data: what is sent, what is answered, with which codes it refuses. The
 * server registers its handlers by it and the client sends by it, so neither can differ from the
 * other. Schemas are JSON Schema.
 */
export type HttpRoute = {
  method: 'GET' | 'POST' | 'PUT'
  /** Path with named parameters, such as `/v1/blobs/:cid`. */
  path: string
  summary: string
  description?: string
  auth: Auth
  params?: TSchema
  query?: TSchema
  body?: Body
  answer: Answer
  /**
   * Status by the code of a refusal, or by a domain of codes where the name ends in a dot
   * (`Record.`).
   */
  errors: Readonly<Record<string, number>>
  /** Longest time that a client waits for the answer, milliseconds. */
  timeoutMs: number
}

/**
 * Who may ask: anyone, an account by a signed request (`HttpSignature`), or whoever bears a secret
 * in Authorization.
 */
export type Auth = 'anyone' | 'account' | 'bearer'

export type Body = JsonBody | BytesBody | StreamBody
export type JsonBody = {
  kind: 'json'
  schema: TSchema
  limitBytes: number
  /**
   * The handler judges the shape by itself, where every fault must have the one answer of the
   * service.
   */
  isJudgedByHandler?: true
}
/** Read whole before the handler runs. */
export type BytesBody = { kind: 'bytes'; mediaTypes: readonly string[]; limitBytes: number }
/** Handed to the handler unread, which bounds it. */
export type StreamBody = { kind: 'stream'; mediaTypes: readonly string[] }

export type Answer = JsonAnswer | BytesAnswer | StreamAnswer | EmptyAnswer
/** `limitBytes` is the most that a client reads before it gives up on the service. */
export type JsonAnswer = { kind: 'json'; status: 200 | 201; schema: TSchema; limitBytes: number }
export type BytesAnswer = {
  kind: 'bytes'
  status: 200
  mediaType: string
  limitBytes: number
} & Kept
/** Bounded by the one who asks, who knows how much is to come. */
export type StreamAnswer = { kind: 'stream'; status: 200; mediaType: string } & Kept
export type EmptyAnswer = { kind: 'empty'; status: 204 }

/** How long caches may keep the answer: not at all, or for ever, since its address is its hash. */
type Kept = { cache: 'none' | 'immutable' }

/** The routes of a service by their names. */
export type HttpRoutes = Readonly<Record<string, HttpRoute>>

type Of<S> = S extends TSchema ? Static<S> : undefined

export type ParamsOf<R extends HttpRoute> = Of<R['params']>
export type QueryOf<R extends HttpRoute> = Of<R['query']>

/** The body as a handler gets it. */
export type BodyOf<R extends HttpRoute> = R['body'] extends JsonBody
  ? R['body'] extends { isJudgedByHandler: true }
    ? unknown
    : Static<R['body']['schema']>
  : R['body'] extends BytesBody
    ? Uint8Array
    : R['body'] extends StreamBody
      ? AsyncIterable<Uint8Array>
      : undefined

/** The path with its parameters filled in. */
export function pathOf(
  route: HttpRoute,
  params: Readonly<Record<string, string | number>> | undefined,
  query: Readonly<Record<string, string | number | undefined>> | undefined,
): string {
  const path = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params?.[name]
    if (value === undefined) throw new Error(`${route.path} needs ${name}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Refusals that any route may answer, whatever it does. */
export const COMMON_ERRORS: Readonly<Record<string, number>> = {
  'Request.': 400,
  'Request.NotFound': 404,
  'Request.TooLarge': 413,
  'Request.TooManyValues': 413,
  'Request.UnsupportedMediaType': 415,
  'Request.TooMany': 429,
  'Request.Busy': 503,
  'HttpSignature.': 401,
  'SignedRequest.': 401,
  'Chain.Unreachable': 503,
  'Service.DiskFull': 507,
  Internal: 500,
}

/** The status of a code: its own, or that of its domain. */
export function statusOf(
  code: string,
  errors: Readonly<Record<string, number>>,
): number | undefined {
  return errors[code] ?? errors[`${code.split('.')[0]}.`]
}

/** The status of every code that the routes refuse with. One code has one status in a service. */
export function statusesOf(routes: HttpRoutes): Readonly<Record<string, number>> {
  const statuses: Record<string, number> = {}
  for (const [name, { errors }] of Object.entries(routes)) {
    for (const [code, status] of Object.entries(errors)) {
      if ((statuses[code] ?? status) !== status) throw new Error(`${name}: two statuses of ${code}`)
      statuses[code] = status
    }
  }
  return statuses
}
