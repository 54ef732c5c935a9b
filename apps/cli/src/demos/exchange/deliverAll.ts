import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { Ground } from '../frame/startGround.ts'
import type { Consumer } from './parties.ts'
import type { Sold } from './types.ts'

/** A delivered record's files: the Bundle and its proof. */
export type Delivered = { resourceCount: number; files: string[] }

/** Files of an earlier demonstration; whatever else lies there stays. */
const DELIVERED = /^(bundle|proof)(-\d+)?\.json$/

/** The researcher collects, opens and checks every settled record. */
export async function deliverAll(
  sold: Sold[],
  deal: OpenedDeal,
  consumer: Consumer,
  ground: Ground,
): Promise<Delivered[]> {
  const folder = join(ground.home, 'delivered')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(folder)) if (DELIVERED.test(name)) rmSync(join(folder, name))
  const delivered: Delivered[] = []
  for (const [index, { offering, sale }] of sold.entries()) {
    const [settled] = sale.result.settled
    if (!settled) continue
    const record = await collectRecord({
      chainId: ground.network.chain.chainId,
      dealBook: ground.network.chain.contracts.dealBook,
      record: settled.record,
      recordId: settled.recordId,
      criteria: deal.criteria,
      account: consumer.account,
      key: consumer.key,
      store: ground.store,
      resolver: ground.network.chain.resolver,
      loader: offering.loader,
      now: Date.now,
      pause,
    })
    const suffix = sold.length === 1 ? '' : `-${index + 1}`
    const files = [join(folder, `bundle${suffix}.json`), join(folder, `proof${suffix}.json`)]
    writeFileSync(files[0] as string, `${record.bundleText}\n`, { mode: 0o600 })
    writeFileSync(files[1] as string, `${JSON.stringify(record.proof, null, 2)}\n`, { mode: 0o600 })
    delivered.push({ resourceCount: record.resourceCount, files })
  }
  return delivered
}
