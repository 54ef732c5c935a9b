/**
 * Whole sales over real services: N people offer a record into one deal, ten at once, three oracles
 * certify each, one transaction settles all, the consumer collects and checks all. Seconds, against
 * N times a sale by itself in the same run; and against what bounds it, the processor time of all
 * processes spread over all processors. Run: npm run bench -- sale.10
 */
import { availableParallelism } from 'node:os'
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
import { processorSeconds } from './processorTime.ts'

export const name = 'sale'
const SIZES = [1, 10, 50]
/** People who offer, and records that are fetched, at the same time. */
const AT_ONCE = 10
export const figures = SIZES.flatMap((size) => [`sale.${size}`, `sale.${size}.bound`])

/** Seconds by the clock, and of processor time by what ran. */
type Spent = { seconds: number; processorSec: Map<string, number> }

export async function run(options: { only?: string }) {
  const wanted = SIZES.filter(
    (size) =>
      options.only === undefined ||
      !options.only.startsWith('sale.') ||
      options.only.split('.')[1] === String(size),
  )
  return await withEnding(async (t) => {
    const network = await startNetwork(t)
    const store = storeOf(network)
    const ground = await prepareGround(network, store)
    let seed = 1000
    const sellMany = async (count: number): Promise<Spent> => {
      const deal = await openTestDeal(ground, { maximumRecords: count })
      const offerings: Offering[] = []
      for (let i = 0; i < count; i++) offerings.push(await createOffering(ground, deal, seed++))
      const [startedAt, before] = [performance.now(), processorSeconds()]
      await sell(ground, offerings)
      performance.measure(`${name}.${count}`, { start: startedAt })
      return {
        seconds: (performance.now() - startedAt) / 1000,
        processorSec: difference(processorSeconds(), before),
      }
    }
    // What every process does once falls on no figure.
    await sellMany(4)
    const ones = [await sellMany(1), await sellMany(1), await sellMany(1)]
    const one = ones.toSorted((a, b) => a.seconds - b.seconds)[1] as Spent
    const measured = []
    for (const size of wanted) {
      const spent = size === 1 ? one : await sellMany(size)
      measured.push(...figuresOf(size, spent, one))
    }
    return { figures: measured }
  })
}

function difference(after: Map<string, number>, before: Map<string, number>) {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]))
}

function figuresOf(size: number, { seconds, processorSec: parts }: Spent, one: Spent) {
  const processorSec = [...parts.values()].reduce((sum, part) => sum + part, 0)
  const named = [...parts].map(([name, part]) => `${name} ${part.toFixed(2)}`).join(', ')
  const processors = availableParallelism()
  const boundSec = processorSec / processors
  const value = Number(seconds.toPrecision(3))
  return [
    {
      name: `sale.${size}`,
      value,
      unit: 's',
      against: `${size} times a sale by itself, ${one.seconds.toFixed(2)} s`,
      ratio: Number(((size * one.seconds) / seconds).toPrecision(3)),
    },
    {
      name: `sale.${size}.bound`,
      value,
      unit: 's',
      against: `processor time ${processorSec.toFixed(2)} s on ${processors} processors, ${boundSec.toFixed(2)} s; ${(processorSec / size).toFixed(2)} s a sale; ${named}`,
      ratio: Number((boundSec / seconds).toPrecision(3)),
    },
  ]
}

/** From selection to the checked delivery. */
async function sell(ground: Ground, offerings: readonly Offering[]): Promise<void> {
  const [{ deal }] = offerings as [Offering]
  const { network } = ground
  const settlements = await inParallel(
    offerings,
    async (offering) => {
      const sealed = await prepareOffer(offering)
      const permission = await permitCheck({ offering, sealed })
      const certificate = await certifyOffer(offering, sealed, permission)
      return toSettlement(deal.terms, certificate, await ground.consent(offering, certificate))
    },
    AT_ONCE,
  )
  const relayer = developmentAccount('relayer')
  const { settled } = await settle({
    chain: network.chain,
    relayer,
    deal,
    settlements,
    strict: true,
  })
  await inParallel(
    settled,
    (one) =>
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
    AT_ONCE,
  )
}
