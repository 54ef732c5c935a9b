import type { IncomingMessage, ServerResponse } from 'node:http'
import { fail } from './answers.ts'

const LIMIT_BYTES = 64 * 1024 * 1024
const READ = /^\/fhir\/(Patient|Bundle)\/[A-Za-z0-9.-]{1,64}(\/\$everything)?$/

/**
 * One Patient's record from the hospital's own FHIR server, which AMBROSIA_FHIR names. No other
 * server and no other reading can be asked for through here.
 */
export async function readFhir(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const base = process.env['AMBROSIA_FHIR']?.replace(/\/$/, '')
  const { pathname, search } = new URL(request.url ?? '/', 'http://page')
  if (base === undefined || request.method !== 'GET' || !READ.test(pathname)) {
    return fail(response, 404)
  }
  const answered = await fetch(`${base}${pathname.slice('/fhir'.length)}${search}`, {
    headers: { accept: 'application/fhir+json' },
    redirect: 'error',
    signal: AbortSignal.timeout(60_000),
  })
  const bytes = Buffer.from(await answered.arrayBuffer())
  if (bytes.length > LIMIT_BYTES) return fail(response, 502)
  response.statusCode = answered.status
  response.setHeader('content-type', 'application/fhir+json')
  response.setHeader('cache-control', 'no-store')
  response.end(bytes)
}
