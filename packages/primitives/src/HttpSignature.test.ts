import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { concat, equal, fromUtf8 } from './Bytes.ts'
import { hmacSha256 } from './Hash.ts'
import * as HttpSignature from './HttpSignature.ts'

const key = new Uint8Array(32).fill(1)
const nowSec = 1_800_000_000
const body = fromUtf8('{"hello": "world"}')
const url = 'http://127.0.0.1:4200/v1/tickets?a=1&b=%20'

async function signed(options: Partial<HttpSignature.SignOptions> = {}) {
  const headers = await HttpSignature.sign({
    method: 'post',
    url,
    body,
    audience: 'eip155:1:0xstore',
    keyId: 'eip155:1:0xabc',
    nowSec,
    sign: (base) => hmacSha256(key, base),
    ...options,
  })
  const request: HttpSignature.SignedRequest = {
    method: 'POST',
    authority: '127.0.0.1:4200',
    target: '/v1/tickets?a=1&b=%20',
    headers,
    body: options.body ?? body,
  }
  return request
}

function verify(request: HttpSignature.SignedRequest, options = {}) {
  return HttpSignature.verify({
    request,
    audience: 'eip155:1:0xstore',
    nowSec,
    verify: (base, signature) => equal(hmacSha256(key, base), signature),
    ...options,
  })
}

const refuses = async (request: HttpSignature.SignedRequest, code: string, options = {}) =>
  assert.rejects(verify(request, options), { code: `HttpSignature.${code}` })

describe('HttpSignature', () => {
  it('makes the Content-Digest of RFC 9530, appendix B', () => {
    assert.equal(
      HttpSignature.contentDigest(fromUtf8('{"hello": "world"}\n')),
      'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:',
    )
  })

  it('signs the base of RFC 9421, section 2.5', async () => {
    let base = ''
    const sign = (bytes: Uint8Array) => {
      base = new TextDecoder().decode(bytes)
      return new Uint8Array(65)
    }
    await signed({ sign, randomBytes: (size) => new Uint8Array(size) })
    assert.equal(
      base,
      [
        '"@method": POST',
        '"@authority": 127.0.0.1:4200',
        '"@path": /v1/tickets',
        '"@query": ?a=1&b=%20',
        '"ambrosia-audience": eip155:1:0xstore',
        `"content-digest": ${HttpSignature.contentDigest(body)}`,
        '"@signature-params": ("@method" "@authority" "@path" "@query" "ambrosia-audience" "content-digest")' +
          ';created=1800000000;expires=1800000060;nonce="AAAAAAAAAAAAAAAAAAAAAAAA"' +
          ';keyid="eip155:1:0xabc";tag="ambrosia-request-1"',
      ].join('\n'),
    )
  })

  it('verifies what it signed, with and without a body', async () => {
    const { keyId, expiresSec } = await verify(await signed())
    assert.deepEqual([keyId, expiresSec], ['eip155:1:0xabc', nowSec + 60])
    await verify({ ...(await signed({ body: new Uint8Array(0) })), body: undefined })
  })

  it('refuses anything signed that changes', async () => {
    const request = await signed()
    const headers = request.headers
    await refuses({ ...request, method: 'PUT' }, 'Refused')
    await refuses({ ...request, authority: '127.0.0.1:4201' }, 'Refused')
    await refuses({ ...request, target: '/v1/blobs?a=1&b=%20' }, 'Refused')
    await refuses({ ...request, target: '/v1/tickets?a=2&b=%20' }, 'Refused')
    await refuses({ ...request, body: concat(body, body) }, 'DigestMismatch')
    const swapped = headers['signature-input'] as string
    for (const [from, to] of [
      ['0xabc', '0xabd'],
      ['expires=1800000060', 'expires=1800000061'],
      ['nonce="', 'nonce="x'],
    ] as const) {
      const input = swapped.replace(from, to)
      await refuses({ ...request, headers: { ...headers, 'signature-input': input } }, 'Refused')
    }
  })

  it('refuses a body that no digest covers', async () => {
    const request = await signed({ body: new Uint8Array(0) })
    await refuses({ ...request, body }, 'NotCovered')
  })

  it('refuses another audience', async () => {
    const request = await signed()
    await refuses(request, 'WrongAudience', { audience: 'eip155:1:0xother' })
    const headers = { ...request.headers, [HttpSignature.AUDIENCE_HEADER]: 'eip155:1:0xother' }
    await refuses({ ...request, headers }, 'Refused', { audience: 'eip155:1:0xother' })
  })

  it('refuses what is expired, of the future or long-lived', async () => {
    const request = await signed()
    await verify(request, { nowSec: nowSec + 59 })
    await refuses(request, 'Expired', { nowSec: nowSec + 60 })
    await verify(request, { nowSec: nowSec - 30 })
    await refuses(request, 'NotYetValid', { nowSec: nowSec - 31 })
    await verify(await signed({ lifeSec: 300 }))
    await refuses(await signed({ lifeSec: 301 }), 'Malformed')
    await refuses(await signed({ lifeSec: 0 }), 'Expired')
  })

  it('refuses absent, doubled and malformed headers', async () => {
    const request = await signed()
    const { headers } = request
    for (const name of ['signature', 'signature-input', 'ambrosia-audience', 'content-digest']) {
      await refuses({ ...request, headers: { ...headers, [name]: undefined } }, 'Missing')
      await refuses({ ...request, headers: { ...headers, [name]: ['a', 'b'] } }, 'Malformed')
    }
    const input = headers['signature-input'] as string
    const signature = headers['signature'] as string
    const bad: [string, string][] = [
      ['signature-input', ''],
      ['signature-input', 'sig1=();created=1'],
      ['signature-input', input.replace('sig1', 'sig2')],
      ['signature-input', `${input}, ${input}`],
      ['signature-input', `${input};created=1`],
      ['signature-input', `${input};alg="none"`],
      ['signature-input', input.replace(';tag="ambrosia-request-1"', '')],
      ['signature-input', input.replace('request-1', 'request-2')],
      ['signature-input', input.replace('"@path"', '"@path" "@path"')],
      ['signature-input', input.replace('"@path"', '"@path" "cookie"')],
      ['signature-input', input.replace(/nonce="[^"]+"/, 'nonce="short"')],
      ['signature-input', 'x'.repeat(3000)],
      ['signature', 'sig1=::'],
      ['signature', signature.replace('sig1', 'sig2')],
      ['signature', 'sig1=:%%%%:'],
    ]
    for (const [name, value] of bad) {
      await refuses({ ...request, headers: { ...headers, [name]: value } }, 'Malformed')
    }
    const less = input.replace(' "@query"', '')
    await refuses({ ...request, headers: { ...headers, 'signature-input': less } }, 'NotCovered')
    await assert.rejects(signed({ audience: 'a"b' }), { code: 'HttpSignature.Malformed' })
  })

  it('gives an error of its own for any headers', async () => {
    const request = await signed()
    const names = ['signature', 'signature-input', 'ambrosia-audience', 'content-digest']
    const piece = fc.constantFrom(
      'sig1=',
      '(',
      ')',
      '"',
      ';',
      '"@path"',
      'created=1',
      ':',
      ' ',
      '\\',
      'é',
      '0',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((parts) => parts.join('')),
    )
    const value = fc.option(fc.oneof(text, fc.array(text)), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), value, async (name, hostile) => {
        const headers = { ...request.headers, [name]: hostile }
        await assert.rejects(verify({ ...request, headers }), { code: /^HttpSignature\./ })
      }),
      { numRuns: 500 },
    )
  })
})
