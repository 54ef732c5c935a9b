import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import * as Release from '@ambrosia/exchange/Release'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256, sha256 } from '@ambrosia/primitives/Hash'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import { word } from '@ambrosia/testing/values'
import { contentOf, permit, settle, startStore } from '../testing/startStore.ts'

/** The store and its client, which know each other by the table of routes alone. */
async function start(t: TestContext) {
  const test = await startStore(t)
  const client = createStoreClient({
    url: test.url,
    chainId: test.store.chainId,
    fetch,
    now: () => test.clock.nowSec * 1000,
    pause: async (ms) => {
      test.clock.nowSec += ms / 1000
    },
  })
  return { ...test, client }
}

describe('the client of the store', () => {
  it('uploads, and reads what it uploaded, as an oracle of the deal', async (t) => {
    const test = await start(t)
    const { client, people, store, dealId } = test
    assert.equal(await client.account(), people.store.address)
    const sealed = contentOf(100_000)
    const { cid: contentAddress } = await ContentAddress.fromBytes(sealed)
    const permission = await permit(test, people.provider, {})
    const blob = { dealId, manifestHash: word(9), contentAddress, sealed, permission }
    const { receipt, signature } = await client.upload(people.provider, blob)
    assert.ok(await StorageReceipt.verify(receipt, store.domain, people.store.address, signature))
    assert.deepEqual(await client.download(people.operator, contentAddress, sealed.length), sealed)
    const parts: number[] = []
    for await (const part of await client.read(people.signer, contentAddress, sealed.length)) {
      parts.push(part.length)
    }
    assert.equal(
      parts.reduce((sum, size) => sum + size, 0),
      sealed.length,
    )
    await assert.rejects(client.download(people.operator, contentAddress, sealed.length - 1), {
      code: 'Service.TooLarge',
    })
    await assert.rejects(client.download(people.stranger, contentAddress, sealed.length), {
      code: 'Blob.Refused',
    })
  })

  it('keeps every refusal of a ticket', async (t) => {
    const test = await start(t)
    const { client, people, dealId, chain } = test
    const sealed = contentOf(10)
    const { cid: contentAddress } = await ContentAddress.fromBytes(sealed)
    const permission = await permit(test, people.provider, {})
    const blob = { dealId, manifestHash: word(9), contentAddress, sealed, permission }
    await assert.rejects(client.upload(people.provider, { ...blob, dealId: word(7) }), {
      code: 'Ticket.DealUnknown',
    })
    const deal = chain.deals.get(dealId)
    assert.ok(deal)
    chain.deals.set(dealId, { ...deal, isOpen: false })
    await assert.rejects(client.upload(people.provider, blob), { code: 'Ticket.DealNotOpen' })
    chain.deals.set(dealId, {
      ...deal,
      terms: { ...deal.terms, stores: [people.stranger.address] },
    })
    await assert.rejects(client.upload(people.provider, blob), { code: 'Ticket.StoreNotNamed' })
    chain.deals.set(dealId, deal)
    await assert.rejects(client.upload(people.provider, { ...blob, sealed: contentOf(11) }), {
      code: 'ContentAddress.Mismatch',
    })
  })

  it('publishes the documents of a deal, and gives them to anyone', async (t) => {
    const { client, people, dealId, chain } = await start(t)
    const document = fromUtf8('{"version":1}')
    const hash = toHex(sha256(document))
    const deal = chain.deals.get(dealId)
    assert.ok(deal)
    await assert.rejects(client.publish(people.consumer, dealId, hash, document), {
      code: 'Document.NotOfDeal',
    })
    chain.deals.set(dealId, { ...deal, terms: { ...deal.terms, criteriaHash: hash } })
    await assert.rejects(client.document(hash), { code: 'Document.NotFound' })
    await client.publish(people.consumer, dealId, hash, document)
    assert.deepEqual(await client.document(hash), document)
    await assert.rejects(client.publish(people.consumer, dealId, hash, fromUtf8('{"version":2}')), {
      code: 'Document.HashMismatch',
    })
  })

  it('puts and reads releases of a settled record', async (t) => {
    const test = await start(t)
    const { client, people, store, dealId } = test
    const dataKey = DataKey.create()
    const context = new Uint8Array(32)
    const sealed = await Seal.sealBytes({ plaintext: contentOf(100), dataKey, context })
    const { cid: contentAddress } = await ContentAddress.fromBytes(sealed)
    const { publicKey } = await Envelope.createKeyPair()
    const recipient = { keyId: 'consumer#1', epoch: 1, publicKey }
    const envelope = await Envelope.wrap({ dataKey, recipient, context })
    const manifest = Manifest.create({
      contentAddress,
      sizeBytes: sealed.length,
      paddedSizeBytes: Seal.paddedSize(sealed.length),
      keyCommitment: DataKey.commitment(dataKey),
      recipients: [envelope],
    })
    const manifestHash = Manifest.hash(manifest)
    const permission = await permit(test, people.provider, { manifestHash })
    await client.upload(people.provider, {
      dealId,
      manifestHash,
      contentAddress,
      sealed,
      permission,
    })
    const { recordId } = settle(test, manifestHash)
    const release = {
      recordId,
      consumerKeyHash: toHex(keccak256(publicKey)),
      envelopeHash: Envelope.hash(envelope),
      blockNumber: 5n,
    }
    const typed = Release.toTypedData(release, store.domain)
    const signature = await people.signer.signTypedData(typed)
    const signed = { release, signature, envelope }
    const { operator, consumer, stranger } = people
    await assert.rejects(client.putRelease(stranger.address, signed, manifest), {
      code: 'Release.OracleNotNamed',
    })
    const other = { ...manifest, keyCommitment: word(1) }
    await assert.rejects(client.putRelease(operator.address, signed, other), {
      code: 'Release.ManifestMismatch',
    })
    await client.putRelease(operator.address, signed, manifest)
    const delivery = await client.delivery(consumer, recordId)
    assert.equal(delivery.contentAddress, contentAddress)
    assert.deepEqual(delivery.releases[0]?.release, release)
    assert.deepEqual(delivery.releases[0]?.envelope, envelope)
    assert.equal(Manifest.hash(Manifest.parse(delivery.manifest)), manifestHash)
    await assert.rejects(client.delivery(stranger, recordId), { code: 'Release.RecordUnknown' })
  })
})
