/**
 * How a sale grows: 1 to 1,000 records in one deal, and patients of 50 to 5,000 resources, over
 * real services. For each: seconds, memory, gas and bytes a record (or a resource). What is flat
 * doubles when the input doubles. Every run is kept in docs/figures/growth.json, and the plot
 * beside it drawn again. Run: npm run bench -- growth, or growth.records, growth.resources.500
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type Settlement, toSettlement } from '@ambrosia/exchange/Settlement'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { certifyOffer, type Offering, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { withEnding } from '@ambrosia/testing/defer'
import type { Figure } from '@ambrosia/testing/Figure'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { inParallel } from '../support/inParallel.ts'
import { createOffering, type Ground, openTestDeal, prepareGround } from '../support/offering.ts'
import { type GrowthRow, keepRows } from './growthPlot.ts'
import { peakMemoryMb } from './peakMemory.ts'

export const name = 'growth'

const SIZES = { records: [1, 10, 100, 1000], resources: [50, 500, 5000] } as const
export const figures = Object.entries(SIZES).flatMap(([kind, sizes]) =>
  sizes.map((size) => `growth.${kind}.${size}`),
)

/** Records in one transaction. */
const BATCH_COUNT = 50
/** What a record of the bench of records has, resources. */
const RECORD_RESOURCES = 60

type Spent = { seconds: number; gas: bigint; sealedSizeBytes: number }

export async function run(options: { only?: string }): Promise<{ figures: Figure[] }> {
  const isWanted = (figure: string): boolean =>
    options.only === undefined || figure === options.only || figure.startsWith(`${options.only}.`)
  const rows: GrowthRow[] = []
  await withEnding(async (t) => {
    const network = await startNetwork(t)
    const { services, chainId } = network.file
    const io = { fetch, now: Date.now, pause: (ms: number) => pause(ms) }
    const store = createStoreClient({ ...io, url: services.store ?? '', chainId })
    const ground = await prepareGround(network, store)
    // What every process does once falls on no figure.
    await sellRecords(ground, 1)
    for (const size of SIZES.records) {
      if (!isWanted(`growth.records.${size}`)) continue
      rows.push(rowOf('records', size, size, await sellRecords(ground, size)))
    }
    for (const size of SIZES.resources) {
      if (!isWanted(`growth.resources.${size}`)) continue
      rows.push(rowOf('resources', size, size, await sellPatient(ground, size)))
    }
  })
  keepRows(rows)
  return { figures: figuresOf(rows) }
}

function rowOf(kind: GrowthRow['kind'], size: number, units: number, spent: Spent): GrowthRow {
  return {
    kind,
    size,
    secondsEach: spent.seconds / units,
    gasEach: Number(spent.gas) / (kind === 'records' ? units : 1),
    bytesEach: spent.sealedSizeBytes / units,
    memoryMb: peakMemoryMb(),
  }
}

/** Many people's small records into one deal. */
async function sellRecords(ground: Ground, count: number): Promise<Spent> {
  const deal = await openTestDeal(ground, { maximumRecords: count })
  const seeds = Array.from({ length: count }, (_, i) => count * 10_000 + i)
  const offerings = await inParallel(seeds, (seed) =>
    createOffering(ground, deal, seed, RECORD_RESOURCES),
  )
  return await sell(ground, deal, offerings)
}

/** One person's whole record, whatever its types. */
async function sellPatient(ground: Ground, resources: number): Promise<Spent> {
  const types = ['Observation', 'Condition', 'Encounter', 'MedicationRequest', 'Procedure']
  const deal = await openTestDeal(ground, {
    maximumRecords: 1,
    resources: types.map((type) => ({ type })),
  })
  const offering = await createOffering(ground, deal, 7 + resources, resources)
  return await sell(ground, deal, [offering])
}

/** From selection to the checked delivery. */
async function sell(
  ground: Ground,
  deal: OpenedDeal,
  offerings: readonly Offering[],
): Promise<Spent> {
  const startedAt = performance.now()
  let sealedSizeBytes = 0
  const settlements = await inParallel(offerings, async (offering) => {
    const sealed = await prepareOffer(offering)
    sealedSizeBytes += sealed.offer.sealed.length
    const permission = await permitCheck({ offering, sealed })
    const certificate = await certifyOffer(offering, sealed, permission)
    return toSettlement(deal.terms, certificate, await ground.consent(offering, certificate))
  })
  let gas = 0n
  for (let at = 0; at < settlements.length; at += BATCH_COUNT) {
    gas += await settleAndCollect(ground, deal, offerings, settlements.slice(at, at + BATCH_COUNT))
  }
  return { seconds: (performance.now() - startedAt) / 1000, gas, sealedSizeBytes }
}

async function settleAndCollect(
  { network, consumer, consumerKey, store }: Ground,
  deal: OpenedDeal,
  offerings: readonly Offering[],
  settlements: Settlement[],
): Promise<bigint> {
  const relayer = developmentAccount('relayer')
  const { chain } = network
  const result = await settle({ chain, relayer, deal, settlements, strict: true })
  await inParallel(result.settled, ({ record, recordId }) =>
    collectRecord({
      chainId: chain.chainId,
      dealBook: chain.contracts.dealBook,
      record,
      recordId,
      criteria: deal.criteria,
      account: consumer,
      key: consumerKey,
      store,
      resolver: chain.resolver,
      loader: (offerings[0] as Offering).loader,
      now: Date.now,
      pause: (ms) => pause(ms),
    }),
  )
  return result.gas
}

/** Each against the smallest of its kind: 1 and more is flat. */
function figuresOf(rows: readonly GrowthRow[]): Figure[] {
  return rows.map((row) => {
    const first = rows.find(({ kind }) => kind === row.kind) as GrowthRow
    const unit = row.kind === 'records' ? 'record' : 'resource'
    const facts = [
      `${Math.round(row.gasEach)} gas`,
      `${Math.round(row.bytesEach)} bytes a ${unit}`,
      `largest process ${Math.round(row.memoryMb)} MB`,
    ]
    return {
      name: `growth.${row.kind}.${row.size}`,
      value: Number(row.secondsEach.toPrecision(3)),
      unit: `s a ${unit}`,
      against: `growth.${row.kind}.${first.size}; ${facts.join(', ')}`,
      ratio: Number((first.secondsEach / row.secondsEach).toPrecision(3)),
    }
  })
}
