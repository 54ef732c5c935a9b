/**
 * Whole sales over real services: N people offer a record into one deal at once, three oracles
 * certify each, one transaction settles all, the consumer collects and checks all. Seconds, against
 * N times a sale by itself in the same run. Run: npm run bench -- sale.10
 */
import { setTimeout as pause } from 'node:timers/promises'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import { certifyOffer, type Offering, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { withEnding } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { inParallel } from '../support/inParallel.ts'
import { createOffering, type Ground, openTestDeal, prepareGround } from '../support/offering.ts'
import { storeOf } from '../support/storeOf.ts'

export const name = 'sale'
export const figures = ['sale.1', 'sale.10', 'sale.50']

const SIZES = [1, 10, 50]

export async function run(options: { only?: string }) {
  const wanted = SIZES.filter(
    (size) =>
      options.only === undefined ||
      !options.only.startsWith('sale.') ||
      options.only === `sale.${size}`,
  )
  return await withEnding(async (t) => {
    const network = await startNetwork(t)
    const store = storeOf(network)
    const ground = await prepareGround(network, store)
    let seed = 1000
    const sellMany = async (count: number): Promise<number> => {
      const deal = await openTestDeal(ground, { maximumRecords: count })
      const offerings: Offering[] = []
      for (let i = 0; i < count; i++) offerings.push(await createOffering(ground, deal, seed++))
      const startedAt = performance.now()
      await sell(ground, offerings)
      return (performance.now() - startedAt) / 1000
    }
    await sellMany(1)
    const one = await sellMany(1)
    const measured = []
    for (const size of wanted) {
      const value = size === 1 ? one : await sellMany(size)
      measured.push({
        name: `sale.${size}`,
        value,
        unit: 's',
        against: `${size} times a sale by itself`,
        ratio: (size * one) / value,
      })
    }
    return { figures: measured }
  })
}

/** From selection to the checked delivery. */
async function sell(ground: Ground, offerings: readonly Offering[]): Promise<void> {
  const [{ deal }] = offerings as [Offering]
  const { network } = ground
  const settlements = await inParallel(offerings, async (offering) => {
    const sealed = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const certificate = await certifyOffer(offering, sealed, permission)
    return toSettlement(deal.terms, certificate, await ground.consent(offering, certificate))
  })
  const relayer = developmentAccount('relayer')
  const { settled } = await settle({
    chain: network.chain,
    relayer,
    deal,
    settlements,
    strict: true,
  })
  await inParallel(settled, (one) =>
    collectRecord({
      chainId: network.chain.chainId,
      dealBook: network.chain.contracts.dealBook,
      record: one.record,
      recordId: one.recordId,
      criteria: deal.criteria,
      account: ground.consumer,
      key: ground.consumerKey,
      store: ground.store,
      resolver: network.chain.resolver,
      loader: (offerings[0] as Offering).loader,
      now: Date.now,
      pause: (ms) => pause(ms),
    }),
  )
}
