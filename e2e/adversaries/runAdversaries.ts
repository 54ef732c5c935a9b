import { claimDeviations, consumerDeviations } from './consumer.ts'
import { type Deviation, type Row, tryAll } from './Deviation.ts'
import { balancesOf, type Purse } from './money.ts'
import { oracleDeviations, releaseDeviations } from './oracle.ts'
import { prepareScene, settleHonestly } from './prepareScene.ts'
import { providerDeviations } from './provider.ts'
import { judgeOnChain, relayerDeviations } from './relayer.ts'
import { collectBy, deliveryDeviations, storeDeviations } from './store.ts'

type Network = Parameters<typeof prepareScene>[0]

/** How a run of all adversaries ended. */
export type AdversariesReport = {
  rows: Row[]
  /** Money that moved beside the one honest sale, in the token's smallest unit. */
  moved: bigint
  /** Resources that the consumer got and verified, and how many the honest provider sold. */
  delivered: number
  sold: number
}

/**
 * Plays one honest sale on a network, and at each of its steps every deviation: before it is
 * settled, and after. What is refused must have moved nothing.
 */
export async function runAdversaries(network: Network): Promise<AdversariesReport> {
  const scene = await prepareScene(network)
  const purses: Purse[] = [scene.ground.consumer.address, scene.offering.account.address]
  const before = await balancesOf(network, purses)
  const rows = [
    ...(await tryAll('provider', await providerDeviations(scene))),
    ...(await tryAll('relayer', relayerDeviations(scene))),
    ...(await tryAll('consumer', consumerDeviations(scene))),
    ...(await tryAll('oracle', oracleDeviations(scene))),
    ...(await tryAll('store', storeDeviations(scene))),
  ]
  const between = await balancesOf(network, purses)
  const sold = await settleHonestly(scene)
  const replay: Deviation = {
    message: 'settlement',
    change: 'once more after it was paid',
    by: 'DealBook',
    attempt: () => judgeOnChain(scene, {}),
  }
  const settledAt = await balancesOf(network, purses)
  rows.push(
    ...(await tryAll('relayer', [replay])),
    // A release of a newer block replaces an older one: one after the other.
    ...(await tryAll('oracle', await releaseDeviations(scene, sold), 1)),
    ...(await tryAll('consumer', claimDeviations(scene, sold))),
  )
  const collected = await collectBy(scene, sold, scene.store)
  rows.push(...(await tryAll('store', deliveryDeviations(scene, sold))))
  const after = await balancesOf(network, purses)
  const differences = (one: bigint[], other: bigint[]) =>
    one.reduce((sum, value, index) => {
      const difference = value - (other[index] as bigint)
      return sum + (difference < 0n ? -difference : difference)
    }, 0n)
  return {
    rows,
    moved: differences(before, between) + differences(settledAt, after),
    delivered: collected.resourceCount,
    sold: scene.sealed.selected.indexes.length,
  }
}
