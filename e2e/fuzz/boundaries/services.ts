import { readFileSync } from 'node:fs'
import { issuerRoutes } from '@ambrosia/api/issuer/routes'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { storeRoutes } from '@ambrosia/api/store/routes'
import { concat, fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { type HttpRoute, pathOf } from '@ambrosia/primitives/HttpRoute'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type Schema, sampleOf } from '../../support/sampleOf.ts'
import { type Boundary, PLANTED, TRACE } from '../Boundary.ts'
import type { Chance } from '../Chance.ts'
import { changeBytes } from '../changeBytes.ts'
import { changeJson } from '../changeJson.ts'
import { type RawAnswer, sendRaw } from '../sendRaw.ts'

/** A service under requests that strangers sign, or do not, in every part changed. */
type Target = { name: string; url: string; account: Hex; routes: readonly HttpRoute[] }

const CODE = /^[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)?$/
const DOCUMENTS = ['/docs', '/docs/json', '/docs/static/x', '/health', '/ready', '/metrics', '/']

/** All three services in one network: every answer has a code, and nothing ends them. */
export const services: Boundary = {
  name: 'services',
  smallCases: 250,
  limitMs: 30_000,
  open: async () => {
    const ends: (() => void | Promise<void>)[] = []
    const network = await startNetwork({ after: (end) => void ends.push(end) })
    const { issuer, store, oracles } = network.file.services
    const describe = async (name: string, url: string, routes: object): Promise<Target> => {
      const { account } = (await (await fetch(`${url}/v1/service`)).json()) as { account: Hex }
      return { name, url, account, routes: Object.values(routes) as HttpRoute[] }
    }
    const targets = await Promise.all([
      describe('issuer', issuer, issuerRoutes),
      describe('store', store, storeRoutes),
      describe('oracle', oracles[0] as string, oracleRoutes),
    ])
    const processes = ['issuer', 'store', 'oracle-1'].map((one) => network.supervisor.get(one))
    const pids = processes.map(({ pid }) => pid)
    const signer = privateKeyToAccount(generatePrivateKey())
    const { chainId } = network.file
    return {
      feed: async (chance) => {
        const target = chance.pick(targets)
        const request = await requestOf(target, { chance, signer, chainId })
        const answer = await sendRaw(target.url, request)
        if (processes.some(({ pid }, index) => pid !== pids[index]))
          throw new Error('a service ended')
        return judge(answer, `${target.name}: ${Buffer.from(request).toString('latin1')}`)
      },
      written: () => processes.map(({ logFile }) => readFileSync(logFile, 'utf8')).join(''),
      close: async () => {
        for (const end of ends) await end()
      },
    }
  },
}

type Making = {
  chance: Chance
  signer: ReturnType<typeof privateKeyToAccount>
  chainId: number
}

async function requestOf(target: Target, making: Making): Promise<Uint8Array> {
  const { chance } = making
  if (chance.once(12)) return plain('GET', target, chance.pick(DOCUMENTS) + oddPath(chance))
  const route = chance.pick(target.routes)
  const whole = await soundRequest(target, route, making)
  // Half are sound in form, so that what lies behind the first checks is reached.
  return chance.once(6) ? changeBytes(whole, chance) : whole
}

async function soundRequest(target: Target, route: HttpRoute, making: Making): Promise<Uint8Array> {
  const { chance, signer, chainId } = making
  const text = (schema: unknown) => {
    const sample = sampleOf(schema as Schema) as Record<string, string>
    return chance.once(3) ? texts(changeJson(sample, chance)) : sample
  }
  const params = route.params && text(route.params)
  const query = route.query && text(route.query)
  let path = pathOf(route, { ...sampleParams(route), ...params }, query)
  if (chance.once(10)) path += oddPath(chance)
  const body = bodyOf(route, chance)
  const { method } = route
  const url = `${target.url}${path}`
  const headers: Record<string, string> = { host: new URL(url).host, connection: 'close' }
  if (body) headers['content-type'] = typeOf(route)
  if (body) headers['content-length'] = String(chance.once(20) ? body.length + 1 : body.length)
  if (route.auth === 'bearer' && !chance.once(4)) headers['authorization'] = `Bearer ${PLANTED}`
  if (route.auth === 'account' && !chance.once(4)) {
    const nowSec = Math.floor(Date.now() / 1000) + (chance.once(8) ? chance.below(900) - 450 : 0)
    const audience = target.account
    const signed = await signRequest({ method, url, body, chainId, signer, audience, nowSec })
    Object.assign(headers, chance.once(4) ? texts(changeJson(signed, chance)) : signed)
  }
  return write(method, path, headers, body)
}

function sampleParams(route: HttpRoute): Record<string, string> {
  return route.params ? (sampleOf(route.params as Schema) as Record<string, string>) : {}
}

function bodyOf({ body }: HttpRoute, chance: Chance): Uint8Array | undefined {
  if (body === undefined) return chance.once(10) ? fromUtf8('{}') : undefined
  if (body.kind !== 'json')
    return chance.pick([
      fromUtf8(PLANTED),
      fromUtf8(`{"resourceType":"Bundle","type":"collection","entry":[{"x":"${PLANTED}"}]}`),
      new Uint8Array(chance.below(70_000)),
    ])
  const sample = sampleOf(body.schema as Schema)
  if (chance.once(3)) return fromUtf8(JSON.stringify(sample))
  const changed = fromUtf8(JSON.stringify(changeJson(sample, chance)))
  return chance.once(6) ? changeBytes(changed, chance) : changed
}

function typeOf({ body }: HttpRoute): string {
  if (body === undefined || body.kind === 'json') return 'application/json'
  return body.mediaTypes[0] as string
}

/** The members as texts that stand in one line. */
function texts(value: unknown): Record<string, string> {
  if (value === null || typeof value !== 'object') return {}
  const entries = Object.entries(value).map(([name, one]) => [
    name.replace(/[^A-Za-z0-9-]/g, ''),
    String(typeof one === 'object' ? JSON.stringify(one) : one)
      .replace(/[^ -~]/g, '?')
      .slice(0, 3_000),
  ])
  return Object.fromEntries(entries.filter(([name]) => name !== ''))
}

function oddPath(chance: Chance): string {
  return chance.pick([
    '',
    '/..%2f..%2fetc',
    '/%2e%2e/%2e%2e',
    '//',
    '/%00',
    '/%zz',
    `?${PLANTED}=${PLANTED}`,
    '?a[]=1&a[]=2&__proto__[x]=1',
    `/${'a'.repeat(chance.pick([129, 5_000]))}`,
  ])
}

function plain(method: string, { url }: Target, path: string): Uint8Array {
  return write(method, path, { host: new URL(url).host, connection: 'close' }, undefined)
}

function write(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | undefined,
): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = fromUtf8(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return body ? concat(head, body) : head
}

/** The status by class, or the code of a refusal. @throws for what is neither */
function judge({ status, body }: RawAnswer, sent: string): string {
  const fail = (what: string) => new Error(`${what}\n${sent.slice(0, 600)}\n${body.slice(0, 400)}`)
  if (body.includes(TRACE)) throw fail('the answer quotes what was planted')
  // A request that is no HTTP, or that ends before it is whole, gets no answer of ours.
  if (status === 0 || (status >= 200 && status < 400)) return String(status)
  // What the parser of Node refuses is no request yet, and is answered by Node.
  if (!body.includes('{') || /"error":"(Bad Request|Client Error|Request Header)/.test(body))
    return `Http.${status}`
  const { code } = JSON.parse(unchunked(body)) as { code?: string }
  if (code === undefined || !CODE.test(code)) throw fail('a refusal without a code')
  if (status >= 500 && status !== 503 && status !== 507) throw fail(`status ${status}`)
  return code
}

function unchunked(body: string): string {
  const start = body.indexOf('{')
  const end = body.lastIndexOf('}')
  return start === -1 ? body : body.slice(start, end + 1)
}
