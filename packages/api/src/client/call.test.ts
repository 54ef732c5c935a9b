import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUtf8, toUtf8 } from '@ambrosia/primitives/Bytes'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import type { HttpRoute } from '@ambrosia/primitives/HttpRoute'
import * as Type from 'typebox'
import { call, type Service } from './call.ts'

const origin = 'https://store.example'
const marked = 'marked-secret'

const routes = {
  count: {
    method: 'POST',
    path: '/v1/count/:name',
    summary: '',
    auth: 'bearer',
    params: Type.Object({ name: Type.String() }),
    query: Type.Object({ step: Type.Optional(Type.Integer()) }),
    body: { kind: 'json', limitBytes: 100, schema: Type.Object({ count: Type.Integer() }) },
    answer: {
      kind: 'json',
      status: 201,
      limitBytes: 1000,
      schema: Type.Object({ items: Type.Array(Type.Object({ count: Type.Integer() })) }),
    },
    errors: { 'Count.Refused': 409, 'Domain.': 422 },
    timeoutMs: 30_000,
  },
  bytes: {
    method: 'GET',
    path: '/v1/bytes',
    summary: '',
    auth: 'anyone',
    answer: {
      kind: 'bytes',
      status: 200,
      mediaType: 'text/csv',
      limitBytes: 10,
      cache: 'immutable',
    },
    errors: {},
    timeoutMs: 1_000,
  },
  stream: {
    method: 'GET',
    path: '/v1/stream',
    summary: '',
    auth: 'anyone',
    answer: { kind: 'stream', status: 200, mediaType: 'application/octet-stream', cache: 'none' },
    errors: {},
    timeoutMs: 1_000,
  },
  empty: {
    method: 'PUT',
    path: '/v1/empty',
    summary: '',
    auth: 'anyone',
    body: { kind: 'bytes', mediaTypes: ['text/csv'], limitBytes: 10 },
    answer: { kind: 'empty', status: 204 },
    errors: {},
    timeoutMs: 1_000,
  },
} as const satisfies Record<string, HttpRoute>

type Sent = { url: string; init: RequestInit }

function serviceOf(answer: (sent: Sent) => Response | Promise<Response>) {
  const sent: Sent[] = []
  const service: Service = {
    name: 'store',
    url: origin,
    now: () => 1_800_000_000_000,
    fetch: async (url, init = {}) => {
      sent.push({ url, init })
      return await answer({ url, init })
    },
  }
  return { service, sent }
}

const json = (value: unknown, status = 201, type = 'application/json') =>
  new Response(typeof value === 'string' ? value : JSON.stringify(value), {
    status,
    headers: { 'content-type': type },
  })

const counted = { params: { name: 'a/b' }, query: { step: 2 }, body: { count: 3 }, bearer: 'x' }

/** A body without end, and how much of it was taken. */
function endless(): {
  body: ReadableStream<Uint8Array>
  taken: () => number
  cancelled: () => boolean
} {
  let taken = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (sink) => {
      taken += 100
      sink.enqueue(new Uint8Array(100))
    },
    cancel: () => {
      isCancelled = true
    },
  })
  return { body, taken: () => taken, cancelled: () => isCancelled }
}

describe('call', () => {
  it('sends what the route says, to the service and nowhere else', async () => {
    const { service, sent } = serviceOf(() => json({ items: [{ count: 1 }] }))
    const answer = await call(service, routes.count, counted)
    assert.deepEqual(answer, { items: [{ count: 1 }] })
    const [{ url, init } = {} as Sent] = sent
    assert.equal(url, `${origin}/v1/count/a%2Fb?step=2`)
    assert.equal(init.method, 'POST')
    assert.equal(init.redirect, 'error')
    assert.ok(init.signal instanceof AbortSignal)
    assert.equal(toUtf8(init.body as Uint8Array), '{"count":3}')
    assert.deepEqual(init.headers, {
      authorization: 'Bearer x',
      'content-type': 'application/json',
    })
  })

  it('sends bytes as they are, and takes an answer without a body', async () => {
    const { service, sent } = serviceOf(() => new Response(null, { status: 204 }))
    assert.equal(await call(service, routes.empty, { body: fromUtf8('a,b') }), undefined)
    assert.equal(toUtf8(sent[0]?.init.body as Uint8Array), 'a,b')
    assert.deepEqual(sent[0]?.init.headers, { 'content-type': 'text/csv' })
  })

  it('refuses an answer that is not what the route promises', async () => {
    const cases: [Response, RegExp][] = [
      [
        json({ items: [{ count: marked }] }),
        /\/items\/\[\]\/count is not what the schema asks for/,
      ],
      [json({ items: marked }), /\/items is not/],
      [json({ [marked]: [] }), /items is missing/],
      [json(marked), /it is not JSON/],
      [json(`{"items": [${marked}`), /it is not JSON/],
      [json({ items: [] }, 200), /status 200/],
      [json({ items: [] }, 201, 'text/html'), /not application\/json/],
      [
        new Response(new Uint8Array([0x22, 0xff, 0x22]), {
          status: 201,
          headers: { 'content-type': 'application/json' },
        }),
        /it is not JSON/,
      ],
    ]
    for (const [response, why] of cases) {
      const { service } = serviceOf(() => response)
      await assert.rejects(
        call(service, routes.count, counted),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'Service.Malformed')
          assert.match(error.message, why)
          assert.ok(!error.message.includes(marked), error.message)
          return true
        },
      )
    }
  })

  it('reads up to the limit of the route and not a byte further', async () => {
    const csv = (size: number) =>
      new Response('x'.repeat(size), { headers: { 'content-type': 'text/csv; charset=utf-8' } })
    const { service } = serviceOf(() => csv(10))
    assert.equal((await call(service, routes.bytes, {})).length, 10)
    const { service: larger } = serviceOf(() => csv(11))
    await assert.rejects(call(larger, routes.bytes, {}), { code: 'Service.TooLarge' })
    const { body, taken, cancelled } = endless()
    const { service: hostile } = serviceOf(
      () => new Response(body, { status: 201, headers: { 'content-type': 'application/json' } }),
    )
    await assert.rejects(call(hostile, routes.count, counted), { code: 'Service.TooLarge' })
    assert.ok(taken() <= 1300, `${taken()} bytes were taken`)
    assert.ok(cancelled())
  })

  it('streams up to what the caller expects', async () => {
    const { body, cancelled } = endless()
    const headers = { 'content-type': 'application/octet-stream' }
    const { service } = serviceOf(() => new Response(body, { headers }))
    let read = 0
    const reading = async () => {
      for await (const part of await call(service, routes.stream, { limitBytes: 250 })) {
        read += part.length
      }
    }
    await assert.rejects(reading(), { code: 'Service.TooLarge' })
    assert.equal(read, 200)
    assert.ok(cancelled())
  })

  it('ends the stream of a caller who stops early', async () => {
    const { body, cancelled } = endless()
    const headers = { 'content-type': 'application/octet-stream' }
    const { service } = serviceOf(() => new Response(body, { headers }))
    for await (const _ of await call(service, routes.stream, { limitBytes: 1000 })) break
    assert.ok(cancelled())
  })
})

describe('a refusal', () => {
  const problem = (code: string, status: number, more: object = {}) =>
    json(
      { ...HttpProblem.create({ code, status, detail: 'why', hint: 'what next' }), ...more },
      status,
      HttpProblem.MEDIA_TYPE,
    )
  const refusal = async (response: Response) => {
    const { service } = serviceOf(() => response)
    let found: (Error & { code: string; status?: number; hint?: string }) | undefined
    await call(service, routes.count, counted).catch((error) => {
      found = error
    })
    return found
  }

  it('keeps the code of the service where its route or the frame lists it', async () => {
    for (const [code, status] of [
      ['Count.Refused', 409],
      ['Domain.Whatever', 422],
      ['Request.TooMany', 429],
      ['HttpSignature.Expired', 401],
      ['Chain.Unreachable', 503],
      ['Internal', 500],
    ] as const) {
      const error = await refusal(problem(code, status))
      assert.deepEqual([error?.code, error?.status], [code, status])
      assert.deepEqual([error?.message, error?.hint], ['why', 'what next'])
    }
  })

  it('does not take a code from a service that has no business with it', async () => {
    for (const code of ['Service.Unreachable', 'Delivery.Changed', 'Config.Invalid', 'a b']) {
      assert.equal((await refusal(problem(code, 400)))?.code, 'Http.400', code)
    }
  })

  it('bounds what the service says', async () => {
    const error = await refusal(
      problem('Count.Refused', 409, { detail: `\u001b[2J${'x'.repeat(9000)}` }),
    )
    assert.equal(error?.message.length, 1000)
    assert.ok(!error?.message.includes('\u001b'))
    const { body } = endless()
    const cut = await refusal(new Response(body, { status: 500 }))
    assert.deepEqual([cut?.code, cut?.message], ['Http.500', 'the store answered 500'])
  })

  it('goes by the status where there is no problem to read', async () => {
    const error = await refusal(new Response('<html>', { status: 502 }))
    assert.equal(error?.code, 'Http.502')
  })
})

describe('a service that does not answer', () => {
  it('is unreachable, by its origin alone: the path may name a person', async () => {
    const { service } = serviceOf(() => {
      throw new TypeError(`fetch failed: ${marked}`)
    })
    await assert.rejects(
      call(service, routes.count, { ...counted, params: { name: marked } }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'Service.Unreachable')
        assert.equal(error.message, `the store at ${origin} does not answer`)
        return true
      },
    )
  })

  it('timed out after the time of the route, before or within the answer', async () => {
    const asked: number[] = []
    const timeout = (ms: number) => {
      asked.push(ms)
      return AbortSignal.abort(new DOMException('', 'TimeoutError'))
    }
    const { service } = serviceOf(({ init }) => {
      init.signal?.throwIfAborted()
      return json({})
    })
    await assert.rejects(call({ ...service, timeout }, routes.count, counted), {
      code: 'Service.TimedOut',
      message: `the store at ${origin} timed out after 30 s`,
    })
    assert.deepEqual(asked, [30_000])
    const body = new ReadableStream<Uint8Array>({
      pull: (sink) => sink.error(new DOMException('', 'TimeoutError')),
    })
    const { service: slow } = serviceOf(
      () => new Response(body, { headers: { 'content-type': 'text/csv' } }),
    )
    await assert.rejects(call(slow, routes.bytes, {}), { code: 'Service.TimedOut' })
  })

  it('is unreachable when its answer breaks off', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (sink) => sink.error(new TypeError('x')) })
    const { service } = serviceOf(
      () => new Response(body, { headers: { 'content-type': 'text/csv' } }),
    )
    await assert.rejects(call(service, routes.bytes, {}), { code: 'Service.Unreachable' })
  })
})
