import { setTimeout as pause } from 'node:timers/promises'
import { type Probed, startProbe } from './probe.ts'
import { watchProcess } from './processOf.ts'

/** One kind of request to one service. */
export type Load = {
  /** Base URL of the service, for `/health`. */
  url: string
  /** Process of the service, for its memory. */
  pid(): number
  /** Makes that many requests, to be sent within a minute; what is sent beyond is made then. */
  prepare(count: number): Promise<void>
  /** Sends one. */
  send(): Promise<Answer>
}

/**
 * An answer as the one who sends sees it; status 0 where there was none. It took so many
 * milliseconds without the making of what was sent.
 */
export type Answer = {
  status: number
  retryAfter: string | undefined
  code: string | undefined
  tookMs: number
}

export type LoadResult = {
  seconds: number
  sent: number
  served: number
  /** Answered 429 or 503 with Retry-After, and what half of these waited for it. */
  refused: number
  refusedP50Ms: number
  /** Codes of what was not served, and how often each came. */
  codes: Record<string, number>
  /** Neither served nor refused so: other statuses, by number. */
  other: Record<number, number>
  p50Ms: number
  p99Ms: number
  health: Probed
  /** Of the service's processes together: the most that was seen, and the time they worked. */
  memoryBytes: number
  workSec: number
}

export type Pace = { seconds: number } & ({ atOnce: number } | { perSecond: number })

/**
 * Sends for so many seconds, either so many at once or so many a second whatever the answers do;
 * waits for all answers.
 */
export async function runLoad(load: Load, pace: Pace): Promise<LoadResult> {
  const times = { served: [] as number[], refused: [] as number[] }
  const counts = { sent: 0, served: 0, refused: 0 }
  const codes: Record<string, number> = {}
  const other: Record<number, number> = {}
  const sendOne = async (): Promise<void> => {
    counts.sent++
    const { status, retryAfter, code = 'none', tookMs } = await load.send()
    if (status >= 200 && status < 300) {
      counts.served++
      times.served.push(tookMs)
      return
    }
    codes[code] = (codes[code] ?? 0) + 1
    if ((status === 429 || status === 503) && retryAfter !== undefined) {
      counts.refused++
      times.refused.push(tookMs)
    } else other[status] = (other[status] ?? 0) + 1
  }
  const probe = startProbe(load.url)
  const memory = watchProcess(load.pid())
  const start = performance.now()
  await sendAt(pace, sendOne)
  const seconds = (performance.now() - start) / 1000
  const used = memory.stop()
  const health = await probe.stop()
  return {
    seconds,
    ...counts,
    codes,
    other,
    p50Ms: percentile(times.served, 0.5),
    p99Ms: percentile(times.served, 0.99),
    refusedP50Ms: percentile(times.refused, 0.5),
    health,
    ...used,
  }
}

async function sendAt(pace: Pace, sendOne: () => Promise<void>): Promise<void> {
  const start = performance.now()
  if ('atOnce' in pace) {
    const endMs = start + pace.seconds * 1000
    const worker = async (): Promise<void> => {
      while (performance.now() < endMs) await sendOne()
    }
    await Promise.all(Array.from({ length: pace.atOnce }, worker))
    return
  }
  const all: Promise<void>[] = []
  for (let index = 0; index < countOf(pace); index++) {
    const dueMs = start + (index / pace.perSecond) * 1000
    const waitMs = dueMs - performance.now()
    if (waitMs > 1) await pause(waitMs)
    all.push(sendOne())
  }
  await Promise.all(all)
}

/** How many requests a pace sends. */
export function countOf({ seconds, perSecond }: { seconds: number; perSecond: number }): number {
  return Math.max(1, Math.round(perSecond * seconds))
}

function percentile(times: number[], part: number): number {
  times.sort((one, another) => one - another)
  return times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0
}
