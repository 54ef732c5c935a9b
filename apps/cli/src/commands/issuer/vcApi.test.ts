import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { defer, endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { serveVcApi } from './vcApi.ts'

type Json = Record<string, unknown>

describe('VC-API server', () => {
  const suite = endOfSuite()
  let server: Awaited<ReturnType<typeof serveVcApi>>

  before(async () => {
    const folder = useFolder(suite)
    const map = { 'https://a.example/v1': 'a.jsonld' }
    await writeFile(join(folder, 'contexts.json'), JSON.stringify(map))
    const context = { '@context': { claim: 'https://a.example/v1#claim' } }
    await writeFile(join(folder, 'a.jsonld'), JSON.stringify(context))
    server = await serveVcApi({ host: '127.0.0.1', port: 0, contexts: folder })
    defer(suite, () => server.close())
  })

  async function post(path: string, body: unknown): Promise<{ status: number; body: Json }> {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Json }
  }

  const credential = (id: string) => ({
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://a.example/v1'],
    type: ['VerifiableCredential'],
    id,
    issuer: 'did:example:any',
    credentialSubject: { claim: 'x' },
  })

  it('issues, derives and verifies under both cryptosuites', async () => {
    const eddsa = '/vc/eddsa-rdfc-2022'
    const signed = await post(`${eddsa}/credentials/issue`, { credential: credential('urn:x:1') })
    assert.equal(signed.status, 201)
    assert.equal(signed.body['issuer'], server.issuers[eddsa])
    const check = { verifiableCredential: signed.body, options: { checks: ['proof'] } }
    assert.equal((await post(`${eddsa}/credentials/verify`, check)).status, 200)
    const bbs = '/vc/bbs-2023'
    const base = await post(`${bbs}/credentials/issue`, { credential: credential('urn:x:2') })
    const derived = await post(`${bbs}/credentials/derive`, {
      verifiableCredential: base.body,
      options: { selectivePointers: ['/credentialSubject'] },
    })
    assert.equal(derived.status, 201)
    const good = await post(`${bbs}/credentials/verify`, { verifiableCredential: derived.body })
    assert.deepEqual(good.body, { verified: true, checks: ['proof'], problemDetails: [] })
    const bad = await post(`${bbs}/credentials/verify`, { verifiableCredential: base.body })
    assert.equal(bad.status, 400)
    assert.equal(bad.body['verified'], false)
  })

  it('publishes the status that it allocates', async () => {
    const base = '/vc/eddsa-rdfc-2022'
    const wanted = { type: 'BitstringStatusListEntry', statusPurpose: 'suspension' }
    const { body } = await post(`${base}/credentials/issue`, {
      credential: credential('urn:x:3'),
      options: { credentialStatus: wanted },
    })
    const entry = body['credentialStatus'] as Json | undefined
    const url = String(entry?.['statusListCredential'])
    assert.ok(url.startsWith(server.url))
    const list = (await (await fetch(url)).json()) as Json
    assert.ok((list['type'] as string[]).includes('BitstringStatusListCredential'))
    const check = { verifiableCredential: body, options: { checks: ['proof', 'credentialStatus'] } }
    assert.equal((await post(`${base}/credentials/verify`, check)).status, 200)
    const update = { credentialId: 'urn:x:3', credentialStatus: wanted }
    assert.equal((await post(`${base}/credentials/status`, update)).status, 200)
    assert.equal((await post(`${base}/credentials/verify`, check)).status, 400)
    assert.equal((await fetch(`${server.url}${base}/status/other`)).status, 404)
  })

  it('answers what is neither JSON nor a route', async () => {
    const response = await fetch(`${server.url}/vc/bbs-2023/credentials/issue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"credential":',
    })
    assert.equal(response.status, 400)
    assert.equal((await post('/vc/other/credentials/issue', {})).status, 404)
  })
})

describe('options', () => {
  it('names a folder or key that cannot be used', async () => {
    const common = { host: '127.0.0.1', port: 0 }
    await assert.rejects(serveVcApi({ ...common, contexts: '/nowhere' }), { code: 'Cli.Usage' })
    await assert.rejects(serveVcApi({ ...common, bbsKey: '/nowhere' }), { code: 'Cli.Usage' })
  })
})
