import { toUtf8 } from '@ambrosia/primitives/Bytes'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import { accountId } from '@ambrosia/primitives/SignedRequest'
import type { Fetch } from '../client/call.ts'

/** A request as a service would see it. */
export type Asked = {
  method: string
  /** Path and query. */
  target: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array | undefined
  json: () => unknown
}

type Answer = Response | Promise<Response>

/**
 * A service in memory: answers by method and path, and what it was asked. An answer may be queued
 * by giving several.
 */
export function fakeService(answers: Record<string, Answer | ((asked: Asked) => Answer)>) {
  const asked: Asked[] = []
  const fetch: Fetch = async (url, init = {}) => {
    const { pathname, search } = new URL(url)
    const method = init.method ?? 'GET'
    const body = init.body as Uint8Array | undefined
    const one: Asked = {
      method,
      target: `${pathname}${search}`,
      headers: (init.headers ?? {}) as Record<string, string>,
      body,
      json: () => JSON.parse(toUtf8(body ?? new Uint8Array(0))),
    }
    asked.push(one)
    const answer = answers[`${method} ${pathname}`]
    if (answer === undefined) return refusal('Request.NotFound', 404)
    return await (typeof answer === 'function' ? answer(one) : answer)
  }
  return { fetch, asked }
}

export function json(value: unknown, status = 200): Response {
  const headers = { 'content-type': 'application/json' }
  return new Response(JSON.stringify(value), { status, headers })
}

export function bytes(content: Uint8Array | string, mediaType: string): Response {
  return new Response(content as BodyInit, { headers: { 'content-type': mediaType } })
}

export function refusal(code: string, status: number): Response {
  const problem = HttpProblem.create({ code, status, detail: 'no', hint: '' })
  return new Response(JSON.stringify(problem), { status })
}

export const ACCOUNT = `0x${'5e'.repeat(20)}` as const

/** What a service of a kind says of itself. */
export function description(kind: string, more: object = {}, chainId = 31337): Response {
  const audience = accountId(chainId, ACCOUNT)
  return json({ version: 1, kind, chainId, account: ACCOUNT, audience, ...more })
}
