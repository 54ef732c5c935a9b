import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import { ACCOUNT, bytes, description, fakeService, json, refusal } from '../testing/fakeService.ts'
import { createStoreClient, type SignedRelease } from './StoreClient.ts'

const url = 'https://store.example'
const word = (byte: number): Hex => toHex(new Uint8Array(32).fill(byte))
const signature: Hex = `0x${'1b'.repeat(65)}`
const cid = `b${'a'.repeat(58)}`
const sealed = fromUtf8('sealed')
const signer: RequestSigner = {
  address: `0x${'a1'.repeat(20)}`,
  signMessage: async () => signature,
}
const receipt = {
  store: ACCOUNT,
  manifestHash: word(2),
  sizeBytes: '6',
  dealId: word(1),
  storedUntil: '1800000000',
}
const release = {
  recordId: word(3),
  consumerKeyHash: word(4),
  envelopeHash: word(5),
  blockNumber: '7',
}
const envelope = { keyId: 'k', epoch: 1, enc: 'A'.repeat(43), wrapped: 'A'.repeat(64) }

function clientOf(answers: Parameters<typeof fakeService>[0], options: { nowMs?: number } = {}) {
  const { fetch, asked } = fakeService({
    'GET /v1/service': () => description('store'),
    ...answers,
  })
  const clock = { nowMs: options.nowMs ?? 1_800_000_000_000 }
  const client = createStoreClient({
    url,
    chainId: 31337,
    fetch,
    now: () => clock.nowMs,
    pause: async (ms) => {
      clock.nowMs += ms
    },
  })
  return { client, asked, clock }
}

const ticket = { ticket: 'T'.repeat(43), expiresAt: '2027-01-15T08:00:00.000Z' }
const permission = {
  dealId: word(1),
  provider: ACCOUNT,
  manifestHash: word(2),
  payloadRoot: word(3),
  oracles: [ACCOUNT] as `0x${string}`[],
  wordsHash: word(4),
  asOf: 1n,
  validUntil: 2n,
}
const blob = {
  dealId: word(1),
  manifestHash: word(2),
  contentAddress: cid,
  sealed,
  permission: { permission, signature },
}

describe('StoreClient', () => {
  it('uploads by a ticket, which alone goes with the blob', async () => {
    const { client, asked } = clientOf({
      'POST /v1/tickets': () => json(ticket, 201),
      [`PUT /v1/blobs/${cid}`]: () => json({ receipt, signature }, 201),
    })
    const taken = await client.upload(signer, blob)
    assert.equal(taken.receipt.sizeBytes, 6n)
    assert.equal(taken.signature, signature)
    const [, asking, putting] = asked
    assert.deepEqual(asking?.json(), {
      dealId: word(1),
      manifestHash: word(2),
      contentAddress: cid,
      sizeBytes: 6,
      permission: { ...permission, asOf: '1', validUntil: '2' },
      permissionSignature: signature,
    })
    assert.match(asking?.headers['signature-input'] ?? '', /keyid="eip155:31337:0xa1a1/)
    assert.equal(asking?.headers['ambrosia-audience'], `eip155:31337:${ACCOUNT}`)
    assert.equal(putting?.headers['authorization'], `Bearer ${ticket.ticket}`)
    assert.equal(putting?.headers['signature'], undefined)
    assert.equal(toUtf8(putting?.body as Uint8Array), 'sealed')
  })

  it('waits for a store that has not seen the deal yet, a quarter of a minute and no longer', async () => {
    let tries = 0
    const { client } = clientOf({
      'POST /v1/tickets': () =>
        ++tries < 4 ? refusal('Ticket.DealUnknown', 404) : json(ticket, 201),
      [`PUT /v1/blobs/${cid}`]: () => json({ receipt, signature }, 201),
    })
    await client.upload(signer, blob)
    assert.equal(tries, 4)
    const never = clientOf({ 'POST /v1/tickets': () => refusal('Ticket.DealUnknown', 404) })
    const start = never.clock.nowMs
    await assert.rejects(never.client.upload(signer, blob), { code: 'Ticket.DealUnknown' })
    assert.ok(never.clock.nowMs - start <= 15_500)
    const others = clientOf({ 'POST /v1/tickets': () => refusal('Ticket.DealNotOpen', 409) })
    await assert.rejects(others.client.upload(signer, blob), { code: 'Ticket.DealNotOpen' })
    assert.equal(others.clock.nowMs, start)
  })

  it('downloads a blob up to the size that its manifest names', async () => {
    const octets = 'application/octet-stream'
    const { client } = clientOf({ [`GET /v1/blobs/${cid}`]: () => bytes(sealed, octets) })
    assert.equal(toUtf8(await client.download(signer, cid, 6)), 'sealed')
    await assert.rejects(client.download(signer, cid, 5), { code: 'Service.TooLarge' })
  })

  it('reads the keys that oracles released, each of its shape', async () => {
    const delivery = {
      contentAddress: cid,
      sizeBytes: 6,
      manifest: { version: 1 },
      releases: [{ oracle: ACCOUNT, release, signature, envelope }],
    }
    const path = `GET /v1/releases/${word(3)}`
    const { client } = clientOf({ [path]: () => json(delivery) })
    const read = await client.delivery(signer, word(3))
    assert.equal(read.releases[0]?.release.blockNumber, 7n)
    const hostile = [
      { ...delivery, contentAddress: '../../etc/passwd' },
      { ...delivery, releases: [{ ...delivery.releases[0], oracle: 'somebody' }] },
      { ...delivery, releases: [{ ...delivery.releases[0], envelope: { ...envelope, enc: '' } }] },
      { ...delivery, releases: Array.from({ length: 65 }, () => delivery.releases[0]) },
      { ...delivery, manifest: 'text' },
    ]
    for (const answer of hostile) {
      const { client: wronged } = clientOf({ [path]: () => json(answer) })
      await assert.rejects(wronged.delivery(signer, word(3)), { code: 'Service.Malformed' })
    }
  })

  it('puts a release without signing the request: its statement is signed', async () => {
    const { client, asked } = clientOf({
      [`PUT /v1/releases/${word(3)}/${ACCOUNT}`]: () => new Response(null, { status: 204 }),
    })
    const signed: SignedRelease = {
      release: { ...release, blockNumber: 7n } as SignedRelease['release'],
      signature,
      envelope,
    }
    await client.putRelease(ACCOUNT, signed, { version: 1 } as never)
    assert.deepEqual(asked[0]?.json(), { release, signature, envelope, manifest: { version: 1 } })
    assert.equal(asked[0]?.headers['signature'], undefined)
  })

  it('takes the document of a hash and no other', async () => {
    const text = '{"version":1}'
    const hash = toHex(sha256(fromUtf8(text)))
    const { client } = clientOf({
      [`GET /v1/documents/${hash}`]: () => bytes(text, 'application/json'),
      [`GET /v1/documents/${word(9)}`]: () => bytes(text, 'application/json'),
      [`GET /v1/documents/${word(8)}`]: () => refusal('Document.NotFound', 404),
    })
    assert.equal(toUtf8(await client.document(hash)), text)
    await assert.rejects(client.document(word(9)), { code: 'Service.Malformed' })
    await assert.rejects(client.document(word(8)), { code: 'Document.NotFound' })
  })

  it('publishes a document for its deal, once the store has seen it', async () => {
    let tries = 0
    const { client, asked } = clientOf({
      [`PUT /v1/documents/${word(9)}`]: () =>
        ++tries < 2 ? refusal('Document.DealUnknown', 404) : new Response(null, { status: 204 }),
    })
    await client.publish(signer, word(1), word(9), fromUtf8('{}'))
    assert.equal(asked.at(-1)?.target, `/v1/documents/${word(9)}?deal=${word(1)}`)
    assert.match(asked.at(-1)?.headers['content-digest'] ?? '', /^sha-256=:/)
    assert.equal(tries, 2)
  })

  it('asks once who the store is, and again after it did not answer', async () => {
    let isDown = true
    const { client, asked } = clientOf({
      'GET /v1/service': () => (isDown ? refusal('Internal', 500) : description('store')),
    })
    await assert.rejects(client.account(), { code: 'Internal' })
    isDown = false
    assert.equal(await client.account(), ACCOUNT)
    assert.equal(await client.account(), ACCOUNT)
    assert.equal(asked.length, 2)
  })

  it('signs nothing for a service of another kind or chain', async () => {
    for (const [answer, code] of [
      [() => description('oracle'), 'Service.Malformed'],
      [() => description('store', {}, 1), 'Service.Malformed'],
    ] as const) {
      let signatures = 0
      const { client, asked } = clientOf({ 'GET /v1/service': answer })
      const counting = {
        ...signer,
        signMessage: async () => {
          signatures++
          return signature
        },
      }
      await assert.rejects(client.download(counting, cid, 6), { code })
      assert.deepEqual([signatures, asked.length], [0, 1])
    }
  })
})
