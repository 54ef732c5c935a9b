import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Release from '@ambrosia/exchange/Release'
import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { word } from '@ambrosia/testing/values'
import type { PrivateKeyAccount } from 'viem/accounts'
import * as Testing from '../testing/startStore.ts'

async function envelopeOf(epoch = 0): Promise<Envelope.Envelope> {
  const { publicKey } = await Envelope.createKeyPair()
  const dataKey = new Uint8Array(32)
  const recipient = { keyId: 'did:example:consumer#key', epoch, publicKey }
  return Envelope.wrap({ dataKey, recipient, context: new Uint8Array(32) })
}

async function releaseOf(
  test: Testing.TestStore,
  signer: PrivateKeyAccount,
  recordId: Hex,
  changes: Partial<Release.Release> = {},
) {
  const envelope = await envelopeOf()
  const release: Release.Release = {
    recordId,
    consumerKeyHash: word(5),
    envelopeHash: Envelope.hash(envelope),
    blockNumber: 10n,
    ...changes,
  }
  const signature = await signer.signTypedData(Release.toTypedData(release, test.store.domain))
  return { release: Release.toJson(release), signature, envelope }
}

async function put(test: Testing.TestStore, recordId: string, oracle: string, body: object) {
  const response = await fetch(`${test.url}/v1/releases/${recordId}/${oracle}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { status, code } = await Testing.answerOf(response)
  return [status, code]
}

const get = (test: Testing.TestStore, recordId: string, account: PrivateKeyAccount) =>
  Testing.send(test, account, 'GET', `/v1/releases/${recordId}`).then(Testing.answerOf)

describe('releases', () => {
  it('go from the oracle to the consumer, who also learns where the record lies', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, Testing.contentOf(1000))
    const { recordId } = Testing.settle(test)
    const { operator, signer, consumer } = test.people
    const body = await releaseOf(test, signer, recordId)
    assert.deepEqual(await put(test, recordId, operator.address, body), [204, undefined])
    assert.deepEqual(await put(test, recordId, operator.address, body), [204, undefined])
    const { status, body: delivery } = await get(test, recordId, consumer)
    assert.equal(status, 200)
    assert.deepEqual(delivery, {
      contentAddress: cid,
      sizeBytes: 1000,
      releases: [{ oracle: operator.address.toLowerCase(), ...body }],
    })
  })

  it('replace those of older blocks, never the other way round', async (t) => {
    const test = await Testing.startStore(t)
    await Testing.hold(test, Testing.contentOf(1000))
    const { recordId } = Testing.settle(test)
    const { operator, signer, consumer } = test.people
    const older = await releaseOf(test, signer, recordId)
    const newer = await releaseOf(test, signer, recordId, { blockNumber: 11n })
    assert.deepEqual(await put(test, recordId, operator.address, older), [204, undefined])
    assert.deepEqual(await put(test, recordId, operator.address, newer), [204, undefined])
    assert.deepEqual(await put(test, recordId, operator.address, older), [409, 'Release.Stale'])
    const { body } = await get(test, recordId, consumer)
    assert.deepEqual((body['releases'] as { envelope: object }[])[0]?.envelope, newer.envelope)
  })

  it('refuses before settlement, wrong signer, foreign oracle, swapped envelope, other record', async (t) => {
    const test = await Testing.startStore(t)
    await Testing.hold(test, Testing.contentOf(1000))
    const { operator, signer, stranger } = test.people
    const early = await releaseOf(test, signer, word(0xee))
    assert.deepEqual(await put(test, word(0xee), operator.address, early), [
      404,
      'Release.RecordUnknown',
    ])
    const { recordId } = Testing.settle(test)
    const good = await releaseOf(test, signer, recordId)
    const cases: [string, object, number, string][] = [
      [
        operator.address,
        await releaseOf(test, stranger, recordId),
        401,
        'Release.SignatureRefused',
      ],
      [
        operator.address,
        await releaseOf(test, operator, recordId),
        401,
        'Release.SignatureRefused',
      ],
      [stranger.address, await releaseOf(test, stranger, recordId), 403, 'Release.OracleNotNamed'],
      [
        operator.address,
        { ...good, envelope: await envelopeOf() },
        422,
        'Release.EnvelopeMismatch',
      ],
      [operator.address, await releaseOf(test, signer, word(1)), 404, 'Release.RecordUnknown'],
      [operator.address, { ...good, more: 1 }, 400, 'Request.Invalid'],
      [operator.address, { ...good, signature: '0x12' }, 400, 'Request.Invalid'],
      ['0x12', good, 400, 'Request.Invalid'],
    ]
    for (const [oracle, body, status, code] of cases) {
      assert.deepEqual(await put(test, recordId, oracle, body), [status, code], code)
    }
    const foreign = { ...test.store.domain, chainId: 1 }
    const release = Release.fromJson(good.release)
    const signature = await signer.signTypedData(Release.toTypedData(release, foreign))
    assert.deepEqual(await put(test, recordId, operator.address, { ...good, signature }), [
      401,
      'Release.SignatureRefused',
    ])
  })

  it('refuses reads by anyone but the consumer', async (t) => {
    const test = await Testing.startStore(t)
    await Testing.hold(test, Testing.contentOf(1000))
    const { recordId } = Testing.settle(test)
    for (const by of ['provider', 'operator', 'signer', 'stranger', 'store'] as const) {
      const { status, code } = await get(test, recordId, test.people[by])
      assert.deepEqual([status, code], [404, 'Release.RecordUnknown'], by)
    }
    const unsigned = await fetch(`${test.url}/v1/releases/${recordId}`)
    assert.equal((await Testing.answerOf(unsigned)).code, 'HttpSignature.Missing')
  })

  it('refuses after revocation, the end of the consent and of retention', async (t) => {
    const test = await Testing.startStore(t)
    await Testing.hold(test, Testing.contentOf(1000))
    const record = Testing.settle(test)
    const { operator, signer, consumer } = test.people
    const body = await releaseOf(test, signer, record.recordId)
    await put(test, record.recordId, operator.address, body)
    const ended = async () => {
      const { status, code } = await get(test, record.recordId, consumer)
      assert.deepEqual([status, code], [410, 'Release.Ended'])
      assert.deepEqual(await put(test, record.recordId, operator.address, body), [
        410,
        'Release.Ended',
      ])
    }
    test.clock.nowSec = record.consentUntilSec + 1
    await ended()
    record.consentUntilSec = Testing.startSec + 2_000_000
    test.clock.nowSec = Testing.startSec + 1_000_001
    await ended()
    test.clock.nowSec = Testing.startSec
    record.isRevoked = true
    await ended()
  })
})

describe('documents', () => {
  const document = fromUtf8('{"title":"criteria"}')
  const hash = toHex(sha256(document))

  async function startWith(t: Parameters<typeof Testing.startStore>[0]) {
    const test = await Testing.startStore(t)
    const deal = test.chain.deals.get(test.dealId)
    assert.ok(deal)
    deal.terms = { ...deal.terms, criteriaHash: hash }
    return test
  }
  const publish = async (test: Testing.TestStore, of: Hex, dealId: Hex, json: unknown) => {
    const path = `/v1/documents/${of}?deal=${dealId}`
    const response = await Testing.send(test, test.people.consumer, 'PUT', path, json)
    const { status, code } = await Testing.answerOf(response)
    return [status, code]
  }

  it('are public and give back the bytes that were hashed', async (t) => {
    const test = await startWith(t)
    assert.equal((await fetch(`${test.url}/v1/documents/${hash}`)).status, 404)
    assert.deepEqual(await publish(test, hash, test.dealId, { title: 'criteria' }), [
      204,
      undefined,
    ])
    assert.deepEqual(await publish(test, hash, test.dealId, { title: 'criteria' }), [
      204,
      undefined,
    ])
    const response = await fetch(`${test.url}/v1/documents/${hash}`)
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), document)
  })

  it('refuses another hash, an unknown deal, a document of no deal, too large', async (t) => {
    const test = await startWith(t)
    const json = { title: 'criteria' }
    assert.deepEqual(await publish(test, hash, test.dealId, { title: 'other' }), [
      422,
      'Document.HashMismatch',
    ])
    assert.deepEqual(await publish(test, hash, word(1), json), [404, 'Document.DealUnknown'])
    const other = toHex(sha256(fromUtf8('{"title":"other"}')))
    assert.deepEqual(await publish(test, other, test.dealId, { title: 'other' }), [
      403,
      'Document.NotOfDeal',
    ])
    const large = { title: 'x'.repeat(64 * 1024) }
    assert.deepEqual(await publish(test, hash, test.dealId, large), [413, 'Request.TooLarge'])
  })
})
