/**
 * Each service at half of what it can serve and at ten times as much: submissions, uploads and
 * issuances a minute a core, latencies, memory, what is refused early, and how soon `/health`
 * answers beside it. Run: npm run bench -- load
 */
import { withEnding } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { prepareIssuances } from '../load/issuances.ts'
import { HEALTH_GOAL_MS } from '../load/probe.ts'
import { countOf, type Load, type LoadResult, type Pace, runLoad } from '../load/runLoad.ts'
import { prepareSubmissions } from '../load/submissions.ts'
import { prepareUploads } from '../load/uploads.ts'
import { type Ground, prepareGround } from '../support/offering.ts'
import { storeOf } from '../support/storeOf.ts'

export const name = 'load'
const PREPARE = {
  issuances: ({ network }: Ground) => prepareIssuances(network),
  uploads: prepareUploads,
  submissions: prepareSubmissions,
} satisfies Record<string, (ground: Ground) => Promise<Load>>
const KINDS = Object.keys(PREPARE) as (keyof typeof PREPARE)[]
const PACES = ['half', 'tenfold'] as const
const UNITS = {
  p50: 'ms',
  p99: 'ms',
  health: 'ms, slowest',
  late: 'of all /health',
  loopDelay: 'ms',
  machineDelay: 'ms, of a thread with nothing to do',
  memory: 'MiB',
}
export const figures = KINDS.flatMap((kind) => [
  `load.${kind}.perMinuteCore`,
  ...PACES.flatMap((pace) => Object.keys(UNITS).map((part) => `load.${kind}.${pace}.${part}`)),
  `load.${kind}.tenfold.refused`,
  `load.${kind}.tenfold.refusedP50`,
  `load.${kind}.tenfold.other`,
  `load.${kind}.after.p50`,
])

const SECONDS = 10
const MOST_QUEUED = 120
/** Made before it is found out how many a service can serve. */
const READY_AT_FULL = 40
const STATUS_PERIOD_SEC = 300

export async function run(options: { only?: string }) {
  const wanted = KINDS.filter(
    (kind) => !options.only?.startsWith('load.') || options.only.startsWith(`load.${kind}`),
  )
  return await withEnding(async (t) => {
    // As in production: with the two seconds of a development network, one epoch whose list came
    // late would refuse all submissions of its time.
    const network = await startNetwork(t, { statusPeriodSec: STATUS_PERIOD_SEC })
    const store = storeOf(network)
    const ground = await prepareGround(network, store)
    const measured = []
    for (const kind of wanted) {
      const results = await measure(kind, await PREPARE[kind](ground))
      measured.push(...figuresOf(kind, results))
    }
    return { figures: measured }
  })
}

type Results = { full: LoadResult; half: LoadResult; tenfold: LoadResult; after: LoadResult }

async function measure(kind: string, load: Load): Promise<Results> {
  const at = async (name: string, count: number, pace: Pace): Promise<LoadResult> => {
    await load.prepare(count)
    const result = await runLoad(load, pace)
    const { sent, served, refused, codes, other, health } = result
    const counts = JSON.stringify({ sent, served, refused, codes, other, health })
    process.stderr.write(`load.${kind} ${name}: ${counts}\n`)
    // Without this a service that serves nothing would end as a figure that is none.
    if (served === 0) throw new Error(`load.${kind}: nothing was served at the pace "${name}"`)
    return result
  }
  // Once before, for what is loaded or compiled with the first request.
  await at('warm-up', 0, { atOnce: 4, seconds: 2 })
  // As many at once as keep every thread busy: what it can serve.
  const full = await at('full', READY_AT_FULL, { atOnce: 4, seconds: SECONDS })
  const paced = async (name: string, factor: number, leastSeconds = SECONDS) => {
    const perSecond = (full.served / full.seconds) * factor
    // More than any queue takes, however slow the machine is.
    const seconds = factor > 1 ? Math.max(leastSeconds, MOST_QUEUED / perSecond) : leastSeconds
    const pace = { perSecond, seconds }
    return await at(name, countOf(pace), pace)
  }
  const half = await paced('half', 1 / 2)
  const tenfold = await paced('tenfold', 10)
  return { full, half, tenfold, after: await paced('after', 1 / 2, SECONDS / 2) }
}

function figuresOf(kind: string, { full, half, tenfold, after }: Results) {
  const figure = (
    part: string,
    value: number,
    unit: string,
    against: string | number | null = null,
    ratio: number | null = null,
  ) => ({ name: `load.${kind}.${part}`, value, unit, against, ratio })
  const ofPace = (pace: (typeof PACES)[number], result: LoadResult) => {
    const { worstMs, late, asked, loopDelayMs, machineDelayMs } = result.health
    const values = {
      p50: result.p50Ms,
      p99: result.p99Ms,
      health: worstMs,
      late: late / asked,
      loopDelay: loopDelayMs,
      machineDelay: machineDelayMs,
      memory: result.memoryBytes / 2 ** 20,
    }
    return Object.entries(values).map(([part, value]) => {
      const unit = UNITS[part as keyof typeof UNITS]
      const hasGoal = part === 'health' || part === 'loopDelay'
      const goal = hasGoal ? ([HEALTH_GOAL_MS, HEALTH_GOAL_MS / value] as const) : []
      return figure(`${pace}.${part}`, value, unit, ...goal)
    })
  }
  const other = Object.values(tenfold.other).reduce((sum, count) => sum + count, 0)
  return [
    // Of the service's own work: what the senders take of the same cores is not its cost.
    figure('perMinuteCore', (full.served / full.workSec) * 60, 'a minute and core'),
    ...ofPace('half', half),
    ...ofPace('tenfold', tenfold),
    figure('tenfold.refused', tenfold.refused / tenfold.sent, 'of all, 429 or 503'),
    figure('tenfold.refusedP50', tenfold.refusedP50Ms, 'ms'),
    figure('tenfold.other', other, 'neither served nor refused so'),
    figure('after.p50', after.p50Ms, 'ms', half.p50Ms, half.p50Ms / after.p50Ms),
  ]
}
