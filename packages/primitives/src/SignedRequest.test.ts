import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUtf8, type Hex, toHex } from './Bytes.ts'
import * as HttpSignature from './HttpSignature.ts'
import { accountId, type RequestSigner, signRequest } from './SignedRequest.ts'

const signer: RequestSigner = {
  address: `0x${'Ab'.repeat(20)}`,
  signMessage: async ({ message }) =>
    toHex(fromUtf8(`signed ${(message.raw as Uint8Array).length}`)),
}
const service: Hex = `0x${'cD'.repeat(20)}`
const nowSec = 1_800_000_000

describe('accountId', () => {
  it('is CAIP-10 in lower case, so that one account has one name', () => {
    assert.equal(accountId(1, service), `eip155:1:0x${'cd'.repeat(20)}`)
  })
})

describe('signRequest', () => {
  it('signs by the account for the service, as HttpSignature verifies it', async () => {
    const body = fromUtf8('{"count":1}')
    const url = 'https://store.example/v1/tickets?deal=0x12'
    const headers = await signRequest({
      method: 'POST',
      url,
      body,
      chainId: 31337,
      signer,
      audience: service,
      nowSec,
    })
    const seen: { base: string; keyId: string; signature: Uint8Array }[] = []
    const verified = await HttpSignature.verify({
      request: {
        method: 'POST',
        authority: 'store.example',
        target: '/v1/tickets?deal=0x12',
        headers,
        body,
      },
      audience: accountId(31337, service),
      nowSec,
      verify: (base, signature, keyId) => {
        seen.push({ base: new TextDecoder().decode(base), keyId, signature })
        return true
      },
    })
    assert.equal(verified.keyId, accountId(31337, signer.address))
    const [one] = seen
    assert.match(one?.base ?? '', /"@query": \?deal=0x12/)
    assert.deepEqual(one?.signature, fromUtf8(`signed ${one?.base.length}`))
  })

  it('makes a nonce of its own for each request', async () => {
    const options = {
      method: 'GET',
      url: 'https://a.example/',
      chainId: 1,
      audience: service,
      nowSec,
    }
    const [first, second] = await Promise.all([
      signRequest({ ...options, signer }),
      signRequest({ ...options, signer }),
    ])
    assert.notEqual(first['signature-input'], second['signature-input'])
  })
})
