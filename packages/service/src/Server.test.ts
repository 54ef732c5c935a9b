import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { Type } from 'typebox'
import * as Log from './Log.ts'
import * as Metrics from './Metrics.ts'
import * as Server from './Server.ts'

const marked = 'marked-secret'

async function start(t: TestContext, options: Partial<Server.Options> = {}) {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const log = Log.create({ name: 'test', level: 'trace', stream })
  const metrics = Metrics.create({ service: 'test', withProcess: false })
  const app = await Server.create({ name: 'test', description: '', log, metrics, ...options })
  const body = Type.Object({ count: Type.Integer() }, { additionalProperties: false })
  app.post('/v1/count', { schema: { body } }, async (request) => ({ count: request.body.count }))
  app.get('/v1/ours', async () => {
    throw new AmbrosiaError('Deal.Unknown', 'no such deal', { hint: 'Look it up.' })
  })
  const guard = async () => {
    throw new Error('nobody is known here')
  }
  app.get('/v1/guarded', { preValidation: guard }, async () => ({}))
  app.get('/v1/busy', async () => {
    throw new AmbrosiaError('Request.Busy', 'busy')
  })
  app.get('/v1/foreign', async () => {
    throw new Error(`${marked} in a message`)
  })
  app.get('/v1/full/:code', async ({ params }) => {
    throw Object.assign(new Error(marked), params)
  })
  let release = () => {}
  app.get('/v1/slow', async () => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return { done: true }
  })
  const url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  return { app, url, lines, release: () => release() }
}

async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const problem = (await response.json()) as Record<string, unknown>
  assert.equal(problem['status'], response.status)
  assert.match(String(problem['instance']), /^urn:uuid:[0-9a-f-]{36}$/)
  return problem
}

const post = (url: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
  fetch(`${url}/v1/count`, { method: 'POST', headers: { 'content-type': type }, body })

describe('Server', () => {
  it('answers its own routes', async (t) => {
    const { url } = await start(t, { checks: { database: async () => 1 } })
    assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: 'ok' })
    const ready = await fetch(`${url}/ready`)
    assert.deepEqual(await ready.json(), { status: 'ok', checks: { database: 'ok' } })
    await post(url, '{"count":3}')
    const metrics = await (await fetch(`${url}/metrics`)).text()
    assert.match(metrics, /http_request_duration_seconds_count\{[^}]*route="\/v1\/count"[^}]*\} 1/)
    const document = (await (await fetch(`${url}/docs/json`)).json()) as { paths: object }
    assert.ok('/v1/count' in document.paths)
    assert.equal((await fetch(`${url}/docs`)).status, 200)
  })

  it('is not ready while a check fails, and does not say why', async (t) => {
    const checks = {
      chain: async () => {
        throw new Error(marked)
      },
    }
    const { url, lines } = await start(t, { checks })
    const response = await fetch(`${url}/ready`)
    assert.equal(response.status, 503)
    assert.deepEqual(await response.json(), { status: 'unavailable', checks: { chain: 'failed' } })
    assert.ok(!lines.join('').includes(marked))
  })

  it('answers problems of RFC 9457 with our codes', async (t) => {
    const { url } = await start(t, { statuses: { 'Deal.': 404 }, bodyLimitBytes: 100 })
    const ours = await problemOf(await fetch(`${url}/v1/ours`))
    assert.deepEqual(
      { ...ours, instance: '' },
      {
        type: 'urn:ambrosia:error:Deal.Unknown',
        title: 'Deal.Unknown',
        status: 404,
        detail: 'no such deal',
        code: 'Deal.Unknown',
        hint: 'Look it up.',
        instance: '',
      },
    )
    const cases: [Promise<Response>, number, string][] = [
      [fetch(`${url}/nowhere`), 404, 'Request.NotFound'],
      [fetch(`${url}/v1/foreign`), 500, 'Internal'],
      [fetch(`${url}/v1/full/EFBIG`), 507, 'Service.DiskFull'],
      [fetch(`${url}/v1/full/SQLITE_FULL`), 507, 'Service.DiskFull'],
      [fetch(`${url}/v1/full/SQLITE_IOERR_WRITE`), 507, 'Service.DiskFull'],
      [post(url, `{"count":"${marked}"}`), 400, 'Request.Invalid'],
      [post(url, `{"count":1,"${marked}":1}`), 400, 'Request.Invalid'],
      [post(url, `{"${marked}`), 400, 'Request.InvalidJson'],
      [post(url, ''), 400, 'Request.InvalidJson'],
      [post(url, '{"__proto__":{"count":1},"count":1}'), 400, 'Request.InvalidJson'],
      [post(url, Uint8Array.of(0x22, 0xff, 0x22)), 400, 'Request.InvalidJson'],
      [post(url, `{"count":${'1'.repeat(200)}}`), 413, 'Request.TooLarge'],
      [post(url, '['.repeat(65)), 413, 'Request.TooManyValues'],
      [post(url, marked, 'text/plain'), 415, 'Request.UnsupportedMediaType'],
      [fetch(`${url}/%zz`), 404, 'Request.NotFound'],
    ]
    for (const [sent, status, code] of cases) {
      const problem = await problemOf(await sent)
      assert.deepEqual([problem['status'], problem['code']], [status, code])
      assert.ok(!JSON.stringify(problem).includes(marked), code)
    }
  })

  it('paths that lead out of a folder, or are no file name, lead nowhere', async (t) => {
    const { url } = await start(t)
    for (const path of ['%2e%2e', '%2e%2e/x', '%00', '..%2f..%2fpackage.json', 'a'.repeat(500)]) {
      // As it stands: a client of the URL standard would resolve the dots itself.
      const sent = get(url, { path: `/docs/static/${path}` })
      const [answer] = await once(sent, 'response')
      answer.resume()
      assert.equal(answer.statusCode, 404, path)
    }
  })

  it('logs neither paths, queries, headers nor bodies', async (t) => {
    const { url, lines } = await start(t)
    await fetch(`${url}/${marked}?q=${marked}`, {
      headers: { authorization: marked, cookie: marked },
    })
    await post(url, `{"count":"${marked}"}`)
    await post(url, `{"${marked}`)
    await fetch(`${url}/v1/foreign?${marked}`)
    assert.ok(lines.length >= 4)
    assert.ok(!lines.join('').includes(marked))
  })

  it('limits requests by address', async (t) => {
    const { url } = await start(t, { requestsPerMinute: 2 })
    for (let i = 0; i < 2; i++) assert.equal((await post(url, '{"count":1}')).status, 200)
    const problem = await problemOf(await post(url, '{"count":1}'))
    assert.deepEqual([problem['status'], problem['code']], [429, 'Request.TooMany'])
    assert.equal((await fetch(`${url}/health`)).status, 200)
  })

  it('says when to come back', async (t) => {
    const { url } = await start(t)
    const response = await fetch(`${url}/v1/busy`)
    assert.equal(response.status, 503)
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
    assert.equal((await fetch(`${url}/v1/ours`)).headers.get('retry-after'), null)
  })

  it('takes no more bodies at one time than it has room for, and refuses before it reads', async (t) => {
    const { app, url } = await start(t, { bodies: { maximumSizeBytes: 1000 } })
    const { port } = new URL(url)
    const head = (length: number) =>
      `POST /v1/count HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
      `content-length: ${length}\r\n\r\n`
    const answerTo = async (text: string, rest?: () => Promise<string>) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(text)
      if (rest) socket.write(await rest())
      for await (const chunk of socket) {
        socket.destroy()
        return String(chunk)
      }
      return ''
    }
    const body = `{"count":${' '.repeat(890)}7}`
    // One that is alone, and slow: its room is taken while it is on its way.
    const slow = await answerTo(head(body.length), async () => {
      await once(app.server, 'request')
      const refused = await answerTo(head(body.length))
      assert.match(refused, /^HTTP\/1\.1 503/)
      assert.match(refused, /retry-after: 5/)
      assert.match(refused, /Request\.Busy/)
      assert.match(await answerTo(head(11), async () => '{"count":1}'), /^HTTP\/1\.1 200/)
      return body
    })
    assert.match(slow, /^HTTP\/1\.1 200/)
  })

  it('takes the room of bodies that do not come for one that does', async (t) => {
    const { app, url } = await start(t, { bodies: { maximumSizeBytes: 1000, graceMs: 0 } })
    const { port } = new URL(url)
    const silent = connect(Number(port), '127.0.0.1')
    t.after(() => silent.destroy())
    silent.on('error', () => {})
    const ended = once(silent, 'close')
    silent.write(
      `POST /v1/count HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
        `content-length: 900\r\n\r\n{`,
    )
    await once(app.server, 'request')
    const answer = await post(url, `{"count":${' '.repeat(890)}7}`)
    assert.deepEqual(await answer.json(), { count: 7 })
    await ended
  })

  const isLinux = process.platform === 'linux'
  const elsewhere = isLinux ? false : 'several sockets at one port are for Linux'
  it('takes many connections in a turn of its event loop', { skip: elsewhere }, async (t) => {
    const { app, url } = await start(t)
    const { port } = new URL(url)
    let taken = 0
    app.server.on('connection', () => taken++)
    const sockets = Array.from({ length: 64 }, () => connect(Number(port), '127.0.0.1'))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    await once(app.server, 'connection')
    await nextTurn()
    assert.ok(taken > 4, `${taken} were taken`)
    for (const socket of sockets) socket.destroy()
  })

  it('ends a connection that waits for one that comes, and refuses it where all have work', async (t) => {
    const opened: Socket[] = []
    // Before the server closes, which waits for them.
    t.after(() => {
      for (const socket of opened) socket.destroy()
    })
    const { app, url } = await start(t, { connections: { maximumCount: 2, graceMs: 0 } })
    const { port } = new URL(url)
    const open = (text: string) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
      opened.push(socket)
      socket.on('error', () => {})
      socket.resume().write(text)
      return socket
    }
    const arrived: Socket[] = []
    app.server.on('connection', (socket) => arrived.push(socket))
    const asks = (path: string) => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`
    // One that says nothing, and one whose body does not come.
    const silent = open('')
    const silentEnded = once(silent, 'close')
    await once(app.server, 'connection')
    const trickling = open(
      'POST /v1/count HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
        'content-length: 900\r\n\r\n{',
    )
    const tricklingEnded = once(trickling, 'close')
    await once(app.server, 'request')
    open(asks('/v1/slow'))
    await once(app.server, 'request')
    await silentEnded
    const other = open(asks('/v1/slow'))
    await once(app.server, 'request')
    await tricklingEnded
    const refused = await fetch(`${url}/v1/ours`)
    assert.equal(refused.status, 503)
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
    assert.equal((await problemOf(refused))['code'], 'Request.Busy')
    // The last one's place is free again once it is closed.
    const closed = once(arrived[3] as Socket, 'close')
    other.destroy()
    await closed
    assert.equal((await fetch(`${url}/health`)).status, 200)
  })

  it('leaves half of the places to other routes, however many wait at one', async (t) => {
    const { app, url, release } = await start(t, { handlerCount: 2 })
    t.after(() => release())
    const slow = fetch(`${url}/v1/slow`)
    await once(app.server, 'request')
    assert.equal((await fetch(`${url}/v1/slow`)).status, 503)
    assert.equal((await fetch(`${url}/v1/ours`)).status, 400)
    release()
    assert.equal((await slow).status, 200)
  })

  it('refuses what would wait behind too much work, and answers for itself all the while', async (t) => {
    const { app, url, release } = await start(t, { handlerCount: 1 })
    t.after(() => release())
    const slow = fetch(`${url}/v1/slow`)
    await once(app.server, 'request')
    // Not even who sends it is looked at.
    assert.equal((await fetch(`${url}/v1/guarded`)).status, 503)
    const refused = await fetch(`${url}/v1/ours`)
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
    const { status, code } = (await refused.json()) as { status: number; code: string }
    assert.deepEqual([status, code], [503, 'Request.Busy'])
    assert.equal((await fetch(`${url}/health`)).status, 200)
    release()
    assert.equal((await slow).status, 200)
    assert.equal((await fetch(`${url}/v1/ours`)).status, 400)
    assert.equal((await fetch(`${url}/v1/guarded`)).status, 500)
  })

  it('lets requests under way end when it closes', async (t) => {
    const { app, url, release, lines } = await start(t)
    // Whoever is silent must not hold it up.
    const silent = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
    await once(app.server, 'connection')
    t.after(() => silent.destroy())
    const slow = fetch(`${url}/v1/slow`)
    await fetch(`${url}/health`)
    const closing = app.close()
    release()
    assert.deepEqual(await (await slow).json(), { done: true })
    await closing
    await assert.rejects(fetch(`${url}/health`))
    assert.ok(lines.length > 0)
  })

  it('a port that is in use is said in words', async (t) => {
    const { url } = await start(t)
    const port = Number(new URL(url).port)
    const other = await Server.create({
      name: 'other',
      description: '',
      log: Log.create({ name: 'other', level: 'silent' }),
      metrics: Metrics.create({ service: 'other', withProcess: false }),
    })
    t.after(() => other.close())
    await assert.rejects(Server.listen(other, { host: '127.0.0.1', port }), {
      code: 'Server.PortTaken',
      message: `port ${port} of 127.0.0.1 is in use by another program`,
    })
  })
})
