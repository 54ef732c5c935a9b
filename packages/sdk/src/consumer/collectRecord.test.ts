import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Release from '@ambrosia/exchange/Release'
import { releaseContext, sealContext } from '@ambrosia/exchange/SealContext'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { privateKeyToAccount } from 'viem/accounts'
import { collectRecord } from './collectRecord.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

const key = (byte: number): Hex => toHex(new Uint8Array(32).fill(byte))

let setting: Setting

before(async () => {
  setting = await createSetting(8_000)
})

describe('an oracle that releases another key', () => {
  const recordId = key(5)

  /**
   * Collects from a store that gives these data keys, in this order, as the releases of oracles.
   */
  async function collect(
    dataKeys: readonly Uint8Array[],
    options: { later?: Uint8Array; manifest?: unknown } = {},
  ) {
    const { deal, parts, offer, context } = setting
    const consumer = await Envelope.createKeyPair()
    const releaseOf = async (dataKey: Uint8Array, index: number) => {
      const envelope = await Envelope.wrap({
        dataKey,
        recipient: { keyId: 'consumer#1', epoch: 1, publicKey: consumer.publicKey },
        context: releaseContext({ ...deal, recordId }),
      })
      const release: Release.Release = {
        recordId,
        consumerKeyHash: key(1),
        envelopeHash: Envelope.hash(envelope),
        blockNumber: 1n,
      }
      const account = privateKeyToAccount(key(index + 1))
      const signature = await account.signTypedData(Release.toTypedData(release, setting.domain))
      return { oracle: account.address, release, signature, envelope }
    }
    const first = await Promise.all(dataKeys.map(releaseOf))
    const last = options.later ? [await releaseOf(options.later, 9)] : []
    let nowMs = 0
    const store = {
      delivery: async () => ({
        contentAddress: offer.contentAddress,
        sizeBytes: offer.sealed.length,
        manifest: options.manifest ?? offer.manifest,
        releases: nowMs > 1000 ? [...first, ...last] : first,
      }),
      download: async () => offer.sealed,
    } as unknown as StoreClient
    return await collectRecord({
      ...deal,
      record: {
        dealId: deal.dealId,
        provider: parts.account.address,
        consumer: deal.consumer,
        settledAt: parts.asOfSec,
        manifestHash: offer.manifestHash,
      } as SettledRecord,
      recordId,
      account: parts.account,
      key: { keyId: 'consumer#1', privateKey: consumer.privateKey },
      store,
      resolver: context.resolver,
      loader: parts.loader,
      now: () => nowMs,
      pause: async (ms) => {
        nowMs += ms
      },
    })
  }

  async function rightKey(): Promise<Uint8Array> {
    const { deal, parts, offer } = setting
    const [envelope] = offer.manifest.recipients
    assert.ok(envelope)
    const context = sealContext({ ...deal, provider: parts.account.address })
    return await Envelope.unwrap({ envelope, privateKey: parts.pair.privateKey, context })
  }

  it('does not keep the consumer from the release of another one', async () => {
    const right = await rightKey()
    const { resources } = setting.parts.selected
    const collected = await collect([DataKey.create(), right])
    assert.equal(collected.resourceCount, resources.length)
    const later = await collect([DataKey.create()], { later: right })
    assert.equal(later.resourceCount, resources.length)
  })

  it('alone, it is told as such', async () => {
    await assert.rejects(collect([DataKey.create()]), { code: 'Seal.WrongKey' })
    await assert.rejects(collect([]), { code: 'Delivery.NotReleased' })
  })

  it('refuses a store that names another blob than the one that was judged', async () => {
    const right = await rightKey()
    const { cid: contentAddress } = await ContentAddress.fromBytes(new Uint8Array(9))
    const manifest = { ...setting.offer.manifest, contentAddress }
    await assert.rejects(collect([right], { manifest }), { code: 'Delivery.WrongContent' })
    await assert.rejects(collect([right], { manifest: {} }), { code: 'Manifest.Invalid' })
  })
})
