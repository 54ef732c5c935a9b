import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Contexts from '@ambrosia/credentials/Contexts'
import type { OracleChain } from '../chain.ts'
import { createFetchLists } from './fetchLists.ts'

const issuer = 'did:example:hospital'

/**
 * Fetches the lists of an issuer whose document names these endpoints; counts what was asked of
 * whom.
 */
async function fetchFrom(
  endpoints: readonly string[],
  mode: 'development' | 'production',
  answer: () => Response = () => new Response('', { status: 404 }),
) {
  const asked: { url: string; redirect: RequestRedirect | undefined }[] = []
  const service = endpoints.map((serviceEndpoint, index) => ({
    id: `${issuer}#${index}`,
    type: 'BitstringStatusList',
    serviceEndpoint,
  }))
  const resolve = async () => ({
    didResolutionMetadata: {},
    didDocument: { id: issuer, service },
    didDocumentMetadata: {},
  })
  const fetchLists = createFetchLists({
    chain: { resolver: { resolve } } as unknown as OracleChain,
    loader: Contexts.createLoader(),
    mode,
    fetch: (async (url: string, init: RequestInit) => {
      asked.push({ url, redirect: init.redirect })
      return answer()
    }) as typeof fetch,
    now: Date.now,
  })
  const failure = await fetchLists(issuer, 300).then(
    () => undefined,
    (error: Error & { code?: string }) => error.code ?? error.name,
  )
  return { asked, failure }
}

describe('fetching status lists from where an issuer says', () => {
  it('takes only https in production, no other protocol anywhere, and asks nobody', async () => {
    for (const [url, mode] of [
      ['http://127.0.0.1/list', 'production'],
      ['file:///etc/passwd', 'production'],
      ['file:///etc/passwd', 'development'],
      ['data:application/json,{}', 'development'],
    ] as const) {
      assert.deepEqual(await fetchFrom([url], mode), { asked: [], failure: 'Status.WrongList' })
    }
  })

  it('limit: eight lists are asked for, of nine none', async () => {
    const urls = (count: number) =>
      Array.from({ length: count }, (_, n) => `https://h.example/${n}`)
    assert.equal((await fetchFrom(urls(9), 'production')).asked.length, 0)
    const { asked } = await fetchFrom(urls(8), 'production')
    assert.deepEqual(asked, [{ url: 'https://h.example/0?epoch=300', redirect: 'error' }])
  })

  it('an answer without end is cut', async () => {
    const body = new ReadableStream({ pull: (sink) => sink.enqueue(new Uint8Array(65_536)) })
    const { failure } = await fetchFrom(
      ['https://h.example/1'],
      'production',
      () => new Response(body, { headers: { 'content-type': 'application/vc' } }),
    )
    assert.equal(failure, 'Service.TooLarge')
  })
})
