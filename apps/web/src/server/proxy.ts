import type { IncomingMessage, ServerResponse } from 'node:http'
import { request as httpRequest } from 'node:http'
import { pipeline } from 'node:stream'
import { fail } from './answers.ts'
import { networkOf } from './configuration.ts'

/**
 * What a person asks of each service; routes between services and those of operators are left out.
 */
const ALLOWED: readonly { service: RegExp; method: string; path: RegExp }[] = [
  { service: /^(issuer|store|oracle-\d+)$/, method: 'GET', path: /^\/(v1\/service|health)$/ },
  { service: /^issuer$/, method: 'POST', path: /^\/v1\/records$/ },
  { service: /^issuer$/, method: 'POST', path: /^\/v1\/status\/1\/\d+\/revoke$/ },
  { service: /^issuer$/, method: 'GET', path: /^\/v1\/(counts|status\/1)$/ },
  { service: /^store$/, method: 'POST', path: /^\/v1\/tickets$/ },
  { service: /^store$/, method: 'PUT', path: /^\/v1\/blobs\/[a-z0-9]+$/ },
  { service: /^store$/, method: 'GET', path: /^\/v1\/blobs\/[a-z0-9]+$/ },
  { service: /^store$/, method: 'GET', path: /^\/v1\/releases\/0x[0-9a-f]{64}$/ },
  { service: /^store$/, method: 'PUT', path: /^\/v1\/documents\/0x[0-9a-f]{64}$/ },
  { service: /^store$/, method: 'GET', path: /^\/v1\/documents\/0x[0-9a-f]{64}$/ },
  { service: /^oracle-\d+$/, method: 'POST', path: /^\/v1\/submissions$/ },
  { service: /^oracle-\d+$/, method: 'POST', path: /^\/v1\/batches$/ },
  { service: /^oracle-\d+$/, method: 'GET', path: /^\/v1\/submissions\/0x[0-9a-f]{64}$/ },
]

const SENT =
  /^(authorization|content-type|content-length|content-digest|signature|signature-input|ambrosia-audience)$/
const KEPT = /^(content-type|content-length|content-encoding|retry-after)$/

/** Hands a request on to the service it names, `/services/NAME/PATH`, and the answer back. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  home: string,
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://page')
  const [, name = '', path = ''] = /^\/services\/([a-z0-9-]+)(\/.*)$/.exec(pathname) ?? []
  const isAllowed = ALLOWED.some(
    (rule) => rule.service.test(name) && rule.method === request.method && rule.path.test(path),
  )
  const target = serviceUrl(name, home)
  if (!isAllowed || target === undefined) return fail(response, 404)
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([key]) => SENT.test(key)),
  )
  await new Promise<void>((done) => {
    const outgoing = httpRequest(`${target}${path}${search}`, { method: request.method, headers })
    outgoing.once('response', (incoming) => {
      response.statusCode = incoming.statusCode ?? 502
      for (const [key, value] of Object.entries(incoming.headers)) {
        if (KEPT.test(key) && value !== undefined) response.setHeader(key, value)
      }
      response.setHeader('cache-control', 'no-store')
      pipeline(incoming, response, () => done())
    })
    outgoing.once('error', () => {
      fail(response, 502)
      done()
    })
    response.once('close', () => outgoing.destroy())
    pipeline(request, outgoing, () => {})
  })
}

function serviceUrl(name: string, home: string): string | undefined {
  const { issuer, store, oracles } = networkOf(home).services
  if (name === 'issuer') return issuer
  if (name === 'store') return store
  return oracles[Number(name.replace('oracle-', '')) - 1]
}
