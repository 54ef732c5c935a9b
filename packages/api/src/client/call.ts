import { concat, fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import {
  type BytesAnswer,
  COMMON_ERRORS,
  type HttpRoute,
  type JsonAnswer,
  type JsonBody,
  type ParamsOf,
  pathOf,
  type QueryOf,
  type StreamAnswer,
  statusOf,
} from '@ambrosia/primitives/HttpRoute'
import { MESSAGE_NODE_COUNT } from '@ambrosia/primitives/Limits'
import * as PlainJson from '@ambrosia/primitives/PlainJson'
import { type RequestSigner, signRequest } from '@ambrosia/primitives/SignedRequest'
import type { Static } from 'typebox'
import { Check, Errors } from 'typebox/schema'
import {
  MalformedError,
  ServiceError,
  TimedOutError,
  TooLargeError,
  UnreachableError,
} from './errors.ts'
import { streamLimited } from './readLimited.ts'

/** The part of `fetch` that clients need; an argument, so that tests and pages bring their own. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** A service to ask. */
export type Service = {
  /** What it is, for messages: `store`. */
  name: string
  /** Base URL without a slash at its end. */
  url: string
  fetch: Fetch
  /** Milliseconds since 1970. */
  now: () => number
  /** A signal that aborts after that many milliseconds. Default: `AbortSignal.timeout`. */
  timeout?: ((ms: number) => AbortSignal) | undefined
}

/** Who signs a request, and for whom. */
export type Signing = { signer: RequestSigner; chainId: number; audience: Hex }

type Part<Name extends string, T> = T extends undefined
  ? { [K in Name]?: undefined }
  : Record<Name, T>

type SentBody<R extends HttpRoute> = R['body'] extends JsonBody
  ? Static<R['body']['schema']>
  : R['body'] extends object
    ? Uint8Array
    : undefined

/** What is sent to a route. */
export type Call<R extends HttpRoute> = Part<'params', ParamsOf<R>> &
  Part<'query', QueryOf<R>> &
  Part<'body', SentBody<R>> &
  Part<'signing', R['auth'] extends 'account' ? Signing : undefined> &
  Part<'bearer', R['auth'] extends 'bearer' ? string : undefined> &
  Part<'limitBytes', R['answer'] extends StreamAnswer ? number : undefined>

/** What a route answers. */
export type Reply<R extends HttpRoute> = R['answer'] extends JsonAnswer
  ? Static<R['answer']['schema']>
  : R['answer'] extends BytesAnswer
    ? Uint8Array
    : R['answer'] extends StreamAnswer
      ? AsyncIterable<Uint8Array>
      : undefined

type AnyCall = {
  params?: Record<string, string | number> | undefined
  query?: Record<string, string | number | undefined> | undefined
  body?: unknown
  signing?: Signing | undefined
  bearer?: string | undefined
  limitBytes?: number | undefined
}

/**
 * Asks a service. What is answered is read up to the limit of the route and checked against its
 * schema before anybody uses it; no redirect is followed, so what is signed goes to the service
 * that was named and nowhere else.
 * @throws the service's refusal with its code; Service.Unreachable, Service.TimedOut,
 * Service.Malformed, Service.TooLarge
 */
export async function call<R extends HttpRoute>(
  service: Service,
  route: R,
  request: Call<R>,
): Promise<Reply<R>> {
  const sent = request as AnyCall
  const url = `${service.url}${pathOf(route, sent.params, sent.query)}`
  return await callAt(service, route, url, request)
}

/** As {@link call}, at a URL that somebody else names. */
export async function callAt<R extends HttpRoute>(
  service: Service,
  route: R,
  url: string,
  request: Call<R>,
): Promise<Reply<R>> {
  const to = { service, route, origin: new URL(url).origin }
  const sent = request as AnyCall
  const response = await send(to, url, sent)
  if (!response.ok) throw await refusalOf(to, response)
  assertPromised(to, response)
  return (await read(to, response, sent.limitBytes)) as Reply<R>
}

type To = { service: Service; route: HttpRoute; origin: string }

async function send(to: To, url: string, sent: AnyCall): Promise<Response> {
  const { service, route } = to
  const body = bodyOf(route, sent.body)
  const headers: Record<string, string> = {
    ...(sent.bearer === undefined ? {} : { authorization: `Bearer ${sent.bearer}` }),
    ...(await signatureOf(to, url, body, sent.signing)),
    ...(body && route.body ? { 'content-type': mediaTypeOf(route.body) } : {}),
  }
  const signal = (service.timeout ?? AbortSignal.timeout.bind(AbortSignal))(route.timeoutMs)
  try {
    return await service.fetch(url, {
      method: route.method,
      headers,
      redirect: 'error',
      signal,
      ...(body ? { body: body as BodyInit } : {}),
    })
  } catch (cause) {
    throw failureOf(to, cause)
  }
}

function bodyOf({ body }: HttpRoute, value: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined
  return body.kind === 'json' ? fromUtf8(JSON.stringify(value)) : (value as Uint8Array)
}

function mediaTypeOf(body: NonNullable<HttpRoute['body']>): string {
  return body.kind === 'json' ? 'application/json' : (body.mediaTypes[0] as string)
}

async function signatureOf(
  { service, route }: To,
  url: string,
  body: Uint8Array | undefined,
  signing: Signing | undefined,
): Promise<Record<string, string>> {
  if (signing === undefined) return {}
  const nowSec = Math.floor(service.now() / 1000)
  return await signRequest({ method: route.method, url, body, nowSec, ...signing })
}

/** The connection failed, or took too long. */
function failureOf({ service, route, origin }: To, cause: unknown): Error {
  const isTimeout = (cause as { name?: string } | undefined)?.name === 'TimeoutError'
  return isTimeout
    ? new TimedOutError(service.name, origin, route.timeoutMs)
    : new UnreachableError(service.name, origin, cause)
}

/**
 * The service's refusal. A code that the route does not know is not believed: ours decide what a
 * program does next.
 */
async function refusalOf(to: To, response: Response): Promise<Error> {
  const { service, route } = to
  const problem = HttpProblem.read(await problemOf(to, response))
  const isKnown =
    problem.code !== undefined &&
    (statusOf(problem.code, route.errors) ?? statusOf(problem.code, COMMON_ERRORS)) !== undefined
  return new ServiceError(
    isKnown ? (problem.code as string) : `Http.${response.status}`,
    problem.detail ?? `the ${service.name} answered ${response.status}`,
    response.status,
    problem.hint,
  )
}

async function problemOf(to: To, response: Response): Promise<unknown> {
  try {
    const limitBytes = HttpProblem.LIMIT_BYTES
    return PlainJson.parse(await readBytes(to, response, limitBytes))
  } catch {
    // The status says enough.
    return undefined
  }
}

function assertPromised({ service, route, origin }: To, response: Response): void {
  const { answer } = route
  if (response.status !== answer.status) {
    throw new MalformedError(service.name, origin, `status ${response.status}`)
  }
  if (answer.kind === 'empty') return
  const promised = answer.kind === 'json' ? 'application/json' : answer.mediaType
  const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';')
  if (mediaType.trim().toLowerCase() !== promised) {
    throw new MalformedError(service.name, origin, `not ${promised}`)
  }
}

async function read(to: To, response: Response, limitBytes: number | undefined): Promise<unknown> {
  const { answer } = to.route
  if (answer.kind === 'empty') {
    await response.body?.cancel().catch(() => {})
    return undefined
  }
  if (answer.kind === 'stream') return stream(to, response, limitBytes ?? 0)
  const bytes = await readBytes(to, response, answer.limitBytes)
  return answer.kind === 'bytes' ? bytes : parse(to, answer, bytes)
}

function parse(
  { service, origin }: To,
  { schema, limitBytes }: JsonAnswer,
  bytes: Uint8Array,
): unknown {
  let value: unknown
  try {
    value = PlainJson.parse(bytes, { nodes: nodesOf(limitBytes) })
  } catch (error) {
    throw new MalformedError(service.name, origin, (error as Error).message)
  }
  if (Check(schema, value)) return value
  const [, faults] = Errors(schema, value)
  throw new MalformedError(service.name, origin, HttpProblem.describeFault(faults).trim())
}

/** An answer that may be large, such as an issued record, may hold more values than a message. */
function nodesOf(limitBytes: number): number {
  return Math.max(MESSAGE_NODE_COUNT, Math.ceil(limitBytes / 64))
}

async function readBytes(to: To, response: Response, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream(to, response, limitBytes)) chunks.push(chunk)
  return concat(...chunks)
}

async function* stream(to: To, response: Response, limitBytes: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new TooLargeError(to.service.name, to.origin, limitBytes)
  try {
    yield* streamLimited(response.body, limitBytes, tooLarge)
  } catch (error) {
    throw error instanceof AmbrosiaError ? error : failureOf(to, error)
  }
}
