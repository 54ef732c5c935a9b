/**
 * Each service at half of what it can serve and at ten times as much: submissions, uploads and
 * issuances a minute a core, latencies, memory, what is refused early, and how soon `/health`
 * answers beside it. Run: npm run bench -- load
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import { withEnding } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { prepareLoads } from '../load/prepareLoads.ts'
import { type LoadResult, runLoad } from '../load/runLoad.ts'

export const name = 'load'
const KINDS = ['issuances', 'uploads', 'submissions'] as const
export const figures = KINDS.flatMap((kind) => [
  `load.${kind}.perMinuteCore`,
  `load.${kind}.half.p50`,
  `load.${kind}.half.p99`,
  `load.${kind}.tenfold.p50`,
  `load.${kind}.tenfold.p99`,
  `load.${kind}.tenfold.refused`,
  `load.${kind}.tenfold.other`,
  `load.${kind}.tenfold.health`,
  `load.${kind}.after.p50`,
  `load.${kind}.memory`,
])

/** Longest that `/health` may take whatever the load, milliseconds. */
const HEALTH_GOAL_MS = 100

export async function run(options: { only?: string }) {
  const wanted = KINDS.filter(
    (kind) => !options.only?.startsWith('load.') || options.only.startsWith(`load.${kind}`),
  )
  return await withEnding(async (t) => {
    const network = await startNetwork(t)
    const store = createStoreClient({
      url: network.file.services.store,
      chainId: network.file.chainId,
      fetch,
      now: Date.now,
      pause: (ms) => pause(ms),
    })
    const loads = await prepareLoads(network, store)
    const measured = []
    for (const kind of wanted) {
      const load = loads[kind]
      // As many at once as keep it busy: what it can serve.
      const full = await runLoad(load, { atOnce: 2, seconds: 15 })
      const half = await runLoad(load, { perSecond: full.served / full.seconds / 2, seconds: 15 })
      const tenfold = await runLoad(load, {
        perSecond: (full.served / full.seconds) * 10,
        seconds: 15,
      })
      const after = await runLoad(load, { perSecond: full.served / full.seconds / 2, seconds: 5 })
      for (const [pace, result] of Object.entries({ full, half, tenfold, after }))
        assertServed(kind, pace, result)
      measured.push(...figuresOf(kind, { full, half, tenfold, after }))
    }
    return { figures: measured }
  })
}

type Results = { full: LoadResult; half: LoadResult; tenfold: LoadResult; after: LoadResult }

function figuresOf(kind: string, { full, half, tenfold, after }: Results) {
  const figure = (
    part: string,
    value: number,
    unit: string,
    against: string | number | null = null,
    ratio: number | null = null,
  ) => ({ name: `load.${kind}.${part}`, value, unit, against, ratio })
  const refused = tenfold.sent === 0 ? 0 : tenfold.refused / tenfold.sent
  return [
    // Of the service's own work: what the senders take of the same cores is not its cost.
    figure('perMinuteCore', (full.served / full.workSec) * 60, 'a minute and core'),
    figure('half.p50', half.p50Ms, 'ms'),
    figure('half.p99', half.p99Ms, 'ms'),
    figure('tenfold.p50', tenfold.p50Ms, 'ms'),
    figure('tenfold.p99', tenfold.p99Ms, 'ms'),
    figure('tenfold.refused', refused, 'of all, 429 or 503'),
    figure('tenfold.other', otherOf(tenfold), 'neither served nor refused so'),
    figure(
      'tenfold.health',
      tenfold.healthMs,
      'ms',
      HEALTH_GOAL_MS,
      HEALTH_GOAL_MS / tenfold.healthMs,
    ),
    figure('after.p50', after.p50Ms, 'ms', half.p50Ms, half.p50Ms / after.p50Ms),
    figure('memory', Math.max(full.memoryBytes, tenfold.memoryBytes) / 2 ** 20, 'MiB'),
  ]
}

/** Without this a service that serves nothing would end as a figure that is none. */
function assertServed(kind: string, pace: string, { served, sent, refused, other }: LoadResult) {
  if (served > 0) return
  const counts = JSON.stringify({ sent, refused, other })
  throw new Error(`load.${kind}: nothing was served at the pace "${pace}": ${counts}`)
}

function otherOf({ other }: LoadResult): number {
  return Object.values(other).reduce((sum, count) => sum + count, 0)
}
