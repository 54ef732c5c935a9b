import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { certifyOffer, type Offering, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { endOfSuite } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { createOffering, type Ground, openTestDeal, prepareGround } from './support/offering.ts'

const KILLED = { exitCode: null, signal: 'SIGKILL' }

/**
 * A crash between two things that must both happen, or neither; each test starts again what it
 * killed.
 */
describe('a service that is killed half-way', () => {
  const suite = endOfSuite()
  let network: Network
  let store: StoreClient
  let ground: Ground

  before(async () => {
    network = await startNetwork(suite)
    store = createStoreClient({
      url: network.file.services.store,
      chainId: network.file.chainId,
      fetch,
      now: Date.now,
      pause: (ms) => pause(ms),
    })
    ground = await prepareGround(network, store)
  })

  async function newOffering(seed: number): Promise<{ deal: OpenedDeal; offering: Offering }> {
    const deal = await openTestDeal(ground)
    return { deal, offering: await createOffering(ground, deal, seed) }
  }

  /** Settles what was certified; the consumer collects it. Returns how many resources came. */
  async function sell(offering: Offering, certificate: QuorumCertificate): Promise<number> {
    const { deal } = offering
    const consent = await ground.consent(offering, certificate)
    const { settled } = await settle({
      chain: network.chain,
      relayer: developmentAccount('relayer'),
      deal,
      settlements: [toSettlement(deal.terms, certificate, consent)],
      strict: true,
    })
    const [record] = settled
    assert.ok(record)
    const collected = await collectRecord({
      chainId: network.chain.chainId,
      dealBook: network.chain.contracts.dealBook,
      ...record,
      criteria: deal.criteria,
      account: ground.consumer,
      key: ground.consumerKey,
      store,
      resolver: network.chain.resolver,
      loader: offering.loader,
      now: Date.now,
      pause: (ms) => pause(ms),
    })
    return collected.resourceCount
  }

  it('store, the blob written and not yet signed for: the same upload is taken after its restart', async () => {
    const { offering } = await newOffering(31)
    const sealed = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const service = network.supervisor.get('store')
    const { ended } = await service.killAt('store.blob-stored')
    await assert.rejects(certifyOffer(offering, sealed, permission), {
      code: 'Service.Unreachable',
    })
    assert.deepEqual(await ended, KILLED)
    await service.start()
    const certificate = await certifyOffer(offering, sealed, permission)
    assert.equal(await sell(offering, certificate), sealed.selected.indexes.length)
  })

  it('oracles, the certificate kept and not yet handed over: they certify after their restart', async () => {
    const { offering } = await newOffering(32)
    const sealed = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const killed = await Promise.all(
      network.oracles.map((oracle) => oracle.killAt('oracle.certificate-kept')),
    )
    await assert.rejects(certifyOffer(offering, sealed, permission))
    for (const { ended } of killed) assert.deepEqual(await ended, KILLED)
    await Promise.all(network.oracles.map((oracle) => oracle.start()))
    const certificate = await certifyOffer(offering, sealed, permission)
    assert.equal(certificate.signatures.length, 3)
    assert.equal(await sell(offering, certificate), sealed.selected.indexes.length)
  })

  it('oracles, the key released and not yet noted: they release it again after their restart', async () => {
    const { offering } = await newOffering(33)
    const sealed = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const certificate = await certifyOffer(offering, sealed, permission)
    const killed = await Promise.all(
      network.oracles.map((oracle) => oracle.killAt('oracle.release-put')),
    )
    assert.equal(await sell(offering, certificate), sealed.selected.indexes.length)
    for (const { ended } of killed) assert.deepEqual(await ended, KILLED)
    for (const { logFile } of network.oracles) writeFileSync(logFile, '')
    await Promise.all(network.oracles.map((oracle) => oracle.start()))
    for (const { logFile } of network.oracles) {
      await waitFor(
        'the key is released and noted',
        async () => readFileSync(logFile, 'utf8').includes('a key was released'),
        undefined,
      )
    }
  })
})
