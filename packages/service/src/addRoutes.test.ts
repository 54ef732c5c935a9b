import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { fromHex, fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import { newAccount } from '@ambrosia/testing/values'
import * as Type from 'typebox'
import { addRoutes, type Guards, type Handlers } from './addRoutes.ts'
import * as Database from './Database.ts'
import { createServer } from './Frame.ts'
import * as Log from './Log.ts'
import * as Metrics from './Metrics.ts'
import * as Server from './Server.ts'
import * as SignedRequest from './SignedRequest.ts'

const common = { summary: 'A route.', errors: {}, timeoutMs: 1000 } as const
const Name = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{2}$' }))

const routes = {
  count: {
    ...common,
    method: 'POST',
    path: '/v1/count/:name',
    auth: 'anyone',
    params: Type.Object({ name: Name }),
    query: Type.Object({ step: Type.Optional(Type.Integer({ minimum: 1 })) }),
    body: {
      kind: 'json',
      limitBytes: 100,
      schema: Type.Object({ count: Type.Integer() }, { additionalProperties: false }),
    },
    answer: {
      kind: 'json',
      status: 201,
      limitBytes: 100,
      schema: Type.Object({
        count: Type.Integer({ maximum: 100 }),
        more: Type.Unsafe<object>({ type: 'object' }),
      }),
    },
    errors: { 'Count.Refused': 409 },
  },
  judge: {
    ...common,
    method: 'POST',
    path: '/v1/judge',
    auth: 'anyone',
    body: {
      kind: 'json',
      limitBytes: 100,
      schema: Type.Object({ count: Type.Integer() }),
      isJudgedByHandler: true,
    },
    answer: { kind: 'empty', status: 204 },
  },
  whole: {
    ...common,
    method: 'PUT',
    path: '/v1/whole',
    auth: 'account',
    body: { kind: 'bytes', mediaTypes: ['application/json', 'text/csv'], limitBytes: 64 },
    answer: {
      kind: 'bytes',
      status: 200,
      mediaType: 'text/csv',
      limitBytes: 100,
      cache: 'immutable',
    },
  },
  stream: {
    ...common,
    method: 'PUT',
    path: '/v1/stream',
    auth: 'bearer',
    body: { kind: 'stream', mediaTypes: ['application/octet-stream'] },
    answer: {
      kind: 'stream',
      status: 200,
      mediaType: 'application/octet-stream',
      cache: 'none',
    },
  },
} as const satisfies HttpRoutes

type Change = Partial<Handlers<typeof routes>>

async function start(t: TestContext, change: Change = {}, guards: Guards = {}) {
  const lines: string[] = []
  const database = await Database.open<SignedRequest.NonceTable>({
    url: 'sqlite::memory:',
    migrations: { '0001_nonces': SignedRequest.nonceMigration },
  })
  const service = newAccount()
  const handlers: Handlers<typeof routes> = {
    count: async ({ params, query, body }) => ({
      count: body.count + (query.step ?? 0),
      more: { name: params.name, kept: true },
    }),
    judge: async ({ body }) => {
      if ((body as { count?: unknown }).count !== 1) {
        throw new AmbrosiaError('Count.Refused', 'no')
      }
      return undefined
    },
    whole: async ({ account, body }) => fromUtf8(`${account},${toUtf8(body)}`),
    stream: async ({ body, bearer, sizeBytes }) => {
      const parts: Uint8Array[] = [fromUtf8(`${bearer} ${sizeBytes} `)]
      for await (const part of body) parts.push(part)
      const size = parts.reduce((sum, part) => sum + part.length, 0)
      return {
        content: (async function* () {
          yield* parts
        })(),
        sizeBytes: size,
      }
    },
    ...change,
  }
  const app = await createServer(
    {
      name: 'test',
      description: '',
      log: Log.create({ name: 'test', level: 'trace', stream: { write: (l) => lines.push(l) } }),
      metrics: Metrics.create({ service: 'test', withProcess: false }),
    },
    {
      routes,
      handlers,
      guards: (server) => ({
        account: SignedRequest.createHook(server, {
          database,
          chainId: 1,
          service: service.address,
        }),
        ...guards,
      }),
    },
  )
  const url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  t.after(async () => {
    await app.close()
    await database.destroy()
  })
  const send = async (method: string, path: string, body?: BodyInit, type = 'application/json') => {
    const headers = { 'content-type': type, authorization: 'Bearer secret-1' }
    const init = { method, headers, ...(body === undefined ? {} : { body }) }
    return await fetch(`${url}${path}`, init)
  }
  return { url, lines, send, service }
}

async function codeOf(response: Response): Promise<[number, unknown]> {
  return [response.status, ((await response.json()) as { code?: unknown }).code]
}

describe('addRoutes', () => {
  it('gives a handler what the schemas ask for, and sends all that it answers', async (t) => {
    const { send } = await start(t)
    const response = await send('POST', '/v1/count/0x0a?step=2', '{"count":3}')
    assert.equal(response.status, 201)
    // The schema of `more` names no members: nothing of it may be dropped on the way.
    assert.deepEqual(await response.json(), { count: 5, more: { name: '0x0a', kept: true } })
  })

  it('refuses what the schemas do not allow, by the status of the table', async (t) => {
    const { send } = await start(t, {
      count: async () => {
        throw new AmbrosiaError('Count.Refused', 'not now')
      },
    })
    const cases: [string, string, number, string][] = [
      ['/v1/count/0x0a', '{"count":"x"}', 400, 'Request.Invalid'],
      ['/v1/count/0x0a', '{"count":1,"more":1}', 400, 'Request.Invalid'],
      ['/v1/count/0x0a?step=0', '{"count":1}', 400, 'Request.Invalid'],
      ['/v1/count/0xzz', '{"count":1}', 400, 'Request.Invalid'],
      ['/v1/count/0x0a', `{"count":${'1'.repeat(100)}}`, 413, 'Request.TooLarge'],
      ['/v1/count/0x0a', '{"count":1}', 409, 'Count.Refused'],
    ]
    for (const [path, body, status, code] of cases) {
      assert.deepEqual(await codeOf(await send('POST', path, body)), [status, code], path + body)
    }
  })

  it('sends nothing that a client would refuse to read', async (t) => {
    const { send, lines } = await start(t, {
      count: async () => ({ count: 101, more: { note: 'marked-secret' } }),
    })
    assert.deepEqual(await codeOf(await send('POST', '/v1/count/0x0a', '{"count":1}')), [
      500,
      'Internal',
    ])
    assert.ok(!lines.join('').includes('marked-secret'))
  })

  it('leaves a body to a handler that judges it by itself', async (t) => {
    const { send } = await start(t)
    assert.equal((await send('POST', '/v1/judge', '{"count":1}')).status, 204)
    for (const body of ['{"count":"x"}', '[]', '"text"', '{}']) {
      const [, code] = await codeOf(await send('POST', '/v1/judge', body))
      assert.equal(code, 'Count.Refused', body)
    }
  })

  it('verifies a signature over bytes of any media type', async (t) => {
    const { url, send, service } = await start(t)
    const signer = newAccount()
    const put = async (body: Uint8Array, type: string, sent: Uint8Array = body) => {
      const headers = await signRequest({
        method: 'PUT',
        url: `${url}/v1/whole`,
        body,
        chainId: 1,
        signer,
        audience: service.address,
        nowSec: Math.floor(Date.now() / 1000),
      })
      return await fetch(`${url}/v1/whole`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': type },
        body: sent as BodyInit,
      })
    }
    for (const [type, text] of [
      ['text/csv', 'a,b'],
      ['application/json', '{"a": 1}'],
    ] as const) {
      const response = await put(fromUtf8(text), type)
      assert.equal(await response.text(), `${signer.address},${text}`)
      assert.match(response.headers.get('cache-control') ?? '', /immutable/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    }
    const [, changed] = await codeOf(await put(fromUtf8('a,b'), 'text/csv', fromUtf8('a,c')))
    assert.equal(changed, 'HttpSignature.DigestMismatch')
    const [, unsigned] = await codeOf(await send('PUT', '/v1/whole', 'a,b', 'text/csv'))
    assert.equal(unsigned, 'HttpSignature.Missing')
    assert.equal((await put(fromUtf8('x'.repeat(65)), 'text/csv')).status, 413)
    assert.equal((await send('PUT', '/v1/whole', '<a/>', 'text/xml')).status, 415)
  })

  it('streams in and out without holding the whole', async (t) => {
    const { send } = await start(t)
    const content = new Uint8Array(3_000_000).fill(7)
    const response = await send('PUT', '/v1/stream', content, 'application/octet-stream')
    const bytes = new Uint8Array(await response.arrayBuffer())
    assert.equal(toUtf8(bytes.subarray(0, 17)), 'secret-1 3000000 ')
    assert.equal(toHex(sha256(bytes.subarray(17))), toHex(sha256(content)))
    assert.equal(response.headers.get('cache-control'), 'no-store')
  })

  it('judges a bearer before any of the body is read', async (t) => {
    const seen: (string | undefined)[] = []
    const bearer = (secret: string | undefined) => {
      seen.push(secret)
      if (secret !== 'right') throw new AmbrosiaError('Count.Refused', 'not you')
    }
    const { url } = await start(t, { stream: async () => assert.fail() }, { bearer })
    for (const authorization of [undefined, 'Bearer wrong', 'Basic right', 'Bearer a b']) {
      let pulled = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (sink) => {
          if (++pulled > 1000) sink.close()
          else sink.enqueue(new Uint8Array(65_536))
        },
      })
      const response = await fetch(`${url}/v1/stream`, {
        method: 'PUT',
        headers: {
          'content-type': 'application/octet-stream',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body,
        duplex: 'half',
      } as RequestInit).catch(() => undefined)
      // The refusal may reach the client as an answer, or as a connection that ends while it is
      // still sending.
      if (response) assert.equal(response.status, 409)
      assert.ok(pulled < 1000, `${pulled} parts were read`)
    }
    assert.deepEqual(seen, [undefined, 'wrong', undefined, undefined])
  })

  it('documents every route at /docs, with who may ask and its refusals', async (t) => {
    const { url } = await start(t)
    type Operation = {
      security?: object[]
      responses: Record<string, { description?: string }>
      requestBody?: { content: object }
    }
    const { paths } = (await (await fetch(`${url}/docs/json`)).json()) as {
      paths: Record<string, Record<string, Operation>>
    }
    assert.deepEqual(Object.keys(paths).toSorted(), [
      '/v1/count/{name}',
      '/v1/judge',
      '/v1/stream',
      '/v1/whole',
    ])
    const count = paths['/v1/count/{name}']?.['post']
    assert.equal(count?.responses['409']?.description, 'Count.Refused')
    assert.equal(count?.security, undefined)
    assert.deepEqual(paths['/v1/whole']?.['put']?.security, [{ account: [] }])
    assert.deepEqual(Object.keys(paths['/v1/stream']?.['put']?.requestBody?.content ?? {}), [
      'application/octet-stream',
    ])
  })

  it('refuses a table that asks for signatures which nobody verifies', async () => {
    const app = await Server.create({
      name: 'test',
      description: '',
      log: Log.create({ name: 'test', level: 'silent' }),
      metrics: Metrics.create({ service: 'test', withProcess: false }),
    })
    addRoutes(app, { whole: routes.whole }, { whole: async () => fromHex('0x') })
    await assert.rejects(async () => await app.ready(), /\/v1\/whole asks for a signature/)
  })
})
