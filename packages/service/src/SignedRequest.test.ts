import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fromHex, fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as HttpSignature from '@ambrosia/primitives/HttpSignature'
import { Type } from 'typebox'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as Database from './Database.ts'
import * as Log from './Log.ts'
import * as Metrics from './Metrics.ts'
import * as Server from './Server.ts'
import * as SignedRequest from './SignedRequest.ts'

const service = privateKeyToAccount(generatePrivateKey()).address
const chainId = 31337
const startSec = 1_800_000_000

async function start(t: TestContext, options: { url?: string; requestsPerMinute?: number } = {}) {
  const database = await Database.open<SignedRequest.NonceTable>({
    url: options.url ?? 'sqlite::memory:',
    migrations: { '0001_nonces': SignedRequest.nonceMigration },
  })
  const log = Log.create({ name: 'test', level: 'silent' })
  const metrics = Metrics.create({ service: 'test', withProcess: false })
  const app = await Server.create({ name: 'test', description: '', log, metrics })
  const clock = { nowSec: startSec }
  const nowMs = () => clock.nowSec * 1000
  const { requestsPerMinute } = options
  const verify = SignedRequest.createHook(app, {
    database,
    chainId,
    service,
    nowMs,
    requestsPerMinute,
  })
  app.post(
    '/v1/echo',
    { preValidation: verify, schema: { body: Type.Object({ text: Type.String() }) } },
    async (request) => ({ signer: SignedRequest.signerOf(request), text: request.body.text }),
  )
  app.get('/v1/who', { preValidation: verify }, async (request) => ({
    signer: SignedRequest.signerOf(request),
  }))
  app.addContentTypeParser('application/octet-stream', (_request, content, done) => {
    done(null, content)
  })
  const url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  const close = async () => {
    await app.close()
    await database.destroy()
  }
  t.after(close)
  return { url, clock, close }
}

const account = privateKeyToAccount(generatePrivateKey())

async function signed(
  url: string,
  options: Partial<HttpSignature.SignOptions> & { text?: string } = {},
): Promise<RequestInit & { url: string }> {
  const method = options.text === undefined ? 'GET' : 'POST'
  const body =
    options.text === undefined ? undefined : fromUtf8(JSON.stringify({ text: options.text }))
  const headers = await HttpSignature.sign({
    method,
    url,
    body,
    audience: SignedRequest.accountId(chainId, service),
    keyId: SignedRequest.accountId(chainId, account.address),
    nowSec: startSec,
    sign: async (base) => fromHex(await account.signMessage({ message: { raw: base } })),
    ...options,
  })
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return {
    url,
    method,
    headers: { ...headers, ...type },
    ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
  }
}

async function answerTo(request: RequestInit & { url: string }) {
  const response = await fetch(request.url, request)
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) }
}

const refused = (status: number, code: string, answer: Record<string, unknown>) => {
  assert.equal(answer['code'], code)
  assert.equal(answer['status'], status)
}

describe('SignedRequest', () => {
  it('tells who signed', async (t) => {
    const { url } = await start(t)
    const posted = await answerTo(await signed(`${url}/v1/echo`, { text: 'hello' }))
    assert.deepEqual(posted, { status: 200, signer: account.address, text: 'hello' })
    const got = await answerTo(await signed(`${url}/v1/who?x=1`))
    assert.deepEqual(got, { status: 200, signer: account.address })
  })

  it('refuses what is unsigned, and a wrong key, chain, audience or body', async (t) => {
    const { url } = await start(t)
    const who = `${url}/v1/who`
    refused(401, 'HttpSignature.Missing', await answerTo({ url: who }))
    const other = privateKeyToAccount(generatePrivateKey())
    const wrong: [string, Partial<HttpSignature.SignOptions>][] = [
      ['HttpSignature.Refused', { keyId: SignedRequest.accountId(chainId, other.address) }],
      ['HttpSignature.Refused', { keyId: SignedRequest.accountId(1, account.address) }],
      [
        'HttpSignature.Refused',
        { keyId: `${SignedRequest.accountId(chainId, account.address)}:x` },
      ],
      ['HttpSignature.Refused', { keyId: 'eip155:31337:0x12' }],
      ['HttpSignature.Refused', { sign: () => new Uint8Array(65) }],
      ['HttpSignature.Refused', { sign: () => new Uint8Array(64) }],
      [
        'HttpSignature.WrongAudience',
        { audience: SignedRequest.accountId(chainId, other.address) },
      ],
      ['HttpSignature.Expired', { nowSec: startSec - 61 }],
      ['HttpSignature.NotYetValid', { nowSec: startSec + 40 }],
    ]
    for (const [code, options] of wrong)
      refused(401, code, await answerTo(await signed(who, options)))
    const request = await signed(`${url}/v1/echo`, { text: 'hello' })
    const body = JSON.stringify({ text: 'other' })
    refused(401, 'HttpSignature.DigestMismatch', await answerTo({ ...request, body }))
    refused(
      401,
      'HttpSignature.Refused',
      await answerTo({ ...(await signed(`${url}/v1/who`)), url: `${url}/v1/who?x=1` }),
    )
  })

  it('refuses the same request twice, also after a restart', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'ambrosia-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const database = `sqlite:${join(folder, 'nonces.sqlite')}`
    const first = await start(t, { url: database })
    const request = await signed(`${first.url}/v1/who`)
    assert.equal((await answerTo(request)).status, 200)
    refused(401, 'SignedRequest.Replayed', await answerTo(request))
    await first.close()
    const second = await start(t, { url: database })
    const headers = { ...(request.headers as Record<string, string>) }
    const again = await fetchAs(second.url, new URL(first.url).host, headers)
    refused(401, 'SignedRequest.Replayed', again)
  })

  it('accepts one of many equal requests at once', async (t) => {
    const { url } = await start(t)
    const request = await signed(`${url}/v1/who`)
    const answers = await Promise.all(Array.from({ length: 8 }, () => answerTo(request)))
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  })

  it('refuses too many requests of one account, while another goes on', async (t) => {
    const { url } = await start(t, { requestsPerMinute: 2 })
    const who = `${url}/v1/who`
    for (let i = 0; i < 2; i++) assert.equal((await answerTo(await signed(who))).status, 200)
    refused(429, 'Request.TooMany', await answerTo(await signed(who)))
    const other = privateKeyToAccount(generatePrivateKey())
    const answer = await answerTo(
      await signed(who, {
        keyId: SignedRequest.accountId(chainId, other.address),
        sign: async (base) => fromHex(await other.signMessage({ message: { raw: base } })),
      }),
    )
    assert.equal(answer.status, 200)
  })

  it('refuses a body of a type whose bytes are not kept', async (t) => {
    const { url } = await start(t)
    const who = `${url}/v1/echo`
    const request = await signed(who, { method: 'POST' })
    const headers = { ...(request.headers as object), 'content-type': 'application/octet-stream' }
    const answer = await answerTo({ ...request, method: 'POST', headers, body: 'unsigned' })
    refused(401, 'SignedRequest.BodyUnsigned', answer)
  })

  it('judges the signature before the schema', async (t) => {
    const { url } = await start(t)
    const body = JSON.stringify({ wrong: 1 })
    const headers = { 'content-type': 'application/json' }
    const echo = `${url}/v1/echo`
    refused(
      401,
      'HttpSignature.Missing',
      await answerTo({ url: echo, method: 'POST', body, headers }),
    )
  })
})

/** A request to one server with the Host header of another, as a replaying attacker sends it. */
async function fetchAs(url: string, host: string, headers: Record<string, string>) {
  const { request } = await import('node:http')
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const sent = request(`${url}/v1/who`, { headers: { ...headers, host } }, async (response) => {
      let text = ''
      for await (const part of response) text += part
      resolve({ status: response.statusCode, ...JSON.parse(text) })
    })
    sent.on('error', reject)
    sent.end()
  })
}
