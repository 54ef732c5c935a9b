import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type PageServer, startServer } from './startServer.ts'

type Answer = { status: number; headers: IncomingMessage['headers']; text: string }

describe('page server', () => {
  let home: string
  let behind: Server
  let page: PageServer
  const seen: { path: string; headers: IncomingMessage['headers']; body: string }[] = []

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'ambrosia-page-'))
    behind = createServer(async (incoming, response) => {
      let body = ''
      for await (const chunk of incoming) body += String(chunk)
      seen.push({ path: incoming.url ?? '', headers: incoming.headers, body })
      response.setHeader('content-type', 'application/json')
      response.setHeader('set-cookie', 'a=b')
      response.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}')
    }).listen(0, '127.0.0.1')
    await new Promise((done) => behind.once('listening', done))
    const url = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`
    const services = { issuer: url, store: url, oracles: [url] }
    const network = { version: 1, chainId: 1, rpcUrl: url, contracts: {}, services }
    writeFileSync(join(home, 'network.json'), JSON.stringify({ ...network, confirmations: 1 }))
    mkdirSync(join(home, 'page'))
    writeFileSync(join(home, 'page', 'index.html'), '<meta content="__NONCE__"><p>the page</p>')
    writeFileSync(join(home, 'secret.txt'), 'secret')
    page = await startServer({
      home,
      port: 0,
      pageFolder: join(home, 'page'),
      development: false,
    })
  })
  after(async () => {
    await page.close()
    behind.closeAllConnections()
    behind.close()
    rmSync(home, { recursive: true, force: true })
  })

  const ask = (
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> =>
    new Promise((done, failed) => {
      const { port } = new URL(page.url)
      const { method = 'GET', headers = {}, body } = options
      const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      })
      sent.once('error', failed)
      sent.end(body)
    })

  it('forbids everything from elsewhere, and marks styles by a nonce of each answer', async () => {
    const [one, other] = [await ask('/patient'), await ask('/patient')]
    const policy = String(one.headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/)
    assert.match(policy, /connect-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /https?:|\*|unsafe-inline|'unsafe-eval'/)
    const nonce = /nonce-([^']+)'/.exec(policy)?.[1] as string
    assert.ok(one.text.includes(nonce))
    assert.notEqual(one.text, other.text)
  })

  it('answers nobody who calls it by another name, and no other site', async () => {
    const rebound = await ask('/network', { headers: { host: 'evil.example:4000' } })
    assert.equal(rebound.status, 403)
    const foreign = await ask('/network', { headers: { origin: 'http://evil.example' } })
    assert.equal(foreign.status, 403)
    const crossSite = await ask('/network', { headers: { 'sec-fetch-site': 'cross-site' } })
    assert.equal(crossSite.status, 403)
    assert.equal((await ask('/network')).status, 200)
  })

  it('gives no development keys outside development', async () => {
    const { text } = await ask('/network')
    assert.equal((JSON.parse(text) as { development?: unknown }).development, undefined)
    assert.equal((await ask('/development/researcher/bundle')).status, 404)
  })

  it('lets through only methods of the chain that read or hand in', async () => {
    const rpc = (method: string): Promise<Answer> =>
      ask('/rpc', { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }) })
    assert.match((await rpc('eth_chainId')).text, /"result":"0x1"/)
    for (const method of ['anvil_setBalance', 'evm_increaseTime', 'eth_sendTransaction', '']) {
      assert.match((await rpc(method)).text, /-32601/, method)
    }
    assert.equal((await ask('/rpc', { method: 'POST', body: 'no json' })).status, 400)
    assert.equal((await ask('/rpc')).status, 405)
    const huge = JSON.stringify({ method: 'eth_call', params: ['x'.repeat(1_100_000)] })
    assert.equal((await ask('/rpc', { method: 'POST', body: huge })).status, 413)
  })

  it('hands on what a person asks of a service, with its signature and without cookies', async () => {
    seen.length = 0
    const signed = { signature: 's', 'signature-input': 'i', 'ambrosia-audience': 'a' }
    const { status, headers } = await ask('/services/store/v1/tickets', {
      method: 'POST',
      headers: { ...signed, cookie: 'c=d', 'content-type': 'application/json' },
      body: '{}',
    })
    assert.equal(status, 200)
    assert.equal(headers['set-cookie'], undefined)
    const [call] = seen
    assert.equal(call?.path, '/v1/tickets')
    assert.equal(call?.body, '{}')
    assert.equal(call?.headers['signature'], 's')
    assert.equal(call?.headers['ambrosia-audience'], 'a')
    assert.equal(call?.headers['cookie'], undefined)
  })

  it('knows no other route, service or method', async () => {
    seen.length = 0
    const refused = [
      ['GET', '/services/store/metrics'],
      ['GET', '/services/store/docs'],
      ['POST', '/services/oracle-1/v1/peers/tag-secret'],
      ['PUT', `/services/store/v1/releases/0x${'0'.repeat(64)}/0x${'0'.repeat(40)}`],
      ['GET', '/services/oracle-9/v1/service'],
      ['GET', '/services/node/v1/service'],
      ['GET', '/services/store/v1/blobs/..%2f..%2fmetrics'],
      ['DELETE', '/services/store/v1/tickets'],
      ['GET', '/fhir/Patient/1'],
    ] as const
    for (const [method, path] of refused) {
      assert.equal((await ask(path, { method })).status, 404, `${method} ${path}`)
    }
    assert.deepEqual(seen, [])
  })

  it('serves no file outside the page', async () => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt']) {
      const { text } = await ask(path)
      assert.ok(!text.includes('secret'), path)
    }
    assert.match((await ask('/researcher')).text, /the page/)
    assert.equal((await ask('/missing.js')).status, 404)
  })

  it('says that the page is being prepared while it is not there', async () => {
    const waiting = await startServer({
      home,
      port: 0,
      pageFolder: join(home, 'no'),
      development: true,
    })
    try {
      const answer = await fetch(waiting.url)
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), /being prepared/)
    } finally {
      await waiting.close()
    }
  })

  it('streams the events of the live sale, those that came before first', async () => {
    mkdirSync(join(home, 'live'))
    writeFileSync(join(home, 'live', 'events.jsonl'), '{"kind":"title"}\n{"kind":"begun"}\n{"half')
    const stop = new AbortController()
    const answer = await fetch(`${page.url}/live`, { signal: stop.signal })
    let text = ''
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.includes('begun')) break
    }
    stop.abort()
    assert.equal(text, 'data: {"kind":"title"}\n\ndata: {"kind":"begun"}\n\n')
  })
})
