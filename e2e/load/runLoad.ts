import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** One kind of request to one service. */
export type Load = {
  /** Base URL of the service, for `/health`. */
  url: string
  /** Process of the service, for its memory. */
  pid: number
  /** Sends one; tells the status of the answer. */
  send(): Promise<{ status: number; retryAfter: string | null }>
}

export type LoadResult = {
  seconds: number
  sent: number
  served: number
  /** Answered 429 or 503 with Retry-After. */
  refused: number
  /** Neither served nor refused so: other statuses, by number. */
  other: Record<number, number>
  p50Ms: number
  p99Ms: number
  /** Slowest answer of `/health` meanwhile, asked ten times a second. */
  healthMs: number
  /** Of the service's processes together: the most that was seen, and the time they worked. */
  memoryBytes: number
  workSec: number
}

const HEALTH_EVERY_MS = 100

/**
 * Sends for so many seconds, either so many at once or so many a second whatever the answers do;
 * waits for all answers.
 */
export async function runLoad(
  load: Load,
  pace: { seconds: number } & ({ atOnce: number } | { perSecond: number }),
): Promise<LoadResult> {
  const times: number[] = []
  const other: Record<number, number> = {}
  const counts = { sent: 0, served: 0, refused: 0 }
  const sendOne = async (): Promise<void> => {
    counts.sent++
    const start = performance.now()
    const { status, retryAfter } = await load.send().catch(() => ({ status: 0, retryAfter: null }))
    if (status >= 200 && status < 300) {
      counts.served++
      times.push(performance.now() - start)
    } else if ((status === 429 || status === 503) && retryAfter !== null) counts.refused++
    else other[status] = (other[status] ?? 0) + 1
  }
  const probe = startProbe(load)
  const start = performance.now()
  const endMs = start + pace.seconds * 1000
  if ('atOnce' in pace) {
    const worker = async (): Promise<void> => {
      while (performance.now() < endMs) await sendOne()
    }
    await Promise.all(Array.from({ length: pace.atOnce }, worker))
  } else {
    const all: Promise<void>[] = []
    const total = Math.max(1, Math.round(pace.perSecond * pace.seconds))
    for (let index = 0; index < total; index++) {
      const dueMs = start + (index / pace.perSecond) * 1000
      const waitMs = dueMs - performance.now()
      if (waitMs > 1) await pause(waitMs)
      all.push(sendOne())
    }
    await Promise.all(all)
  }
  const seconds = (performance.now() - start) / 1000
  const probed = await probe.stop()
  times.sort((one, another) => one - another)
  const at = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0
  return { seconds, ...counts, other, p50Ms: at(0.5), p99Ms: at(0.99), ...probed }
}

function startProbe({ url, pid }: Load) {
  let isOver = false
  let healthMs = 0
  let memoryBytes = 0
  const workedSec = workOf(pid)
  const work = (async () => {
    while (!isOver) {
      const start = performance.now()
      await fetch(`${url}/health`).then((answer) => answer.text())
      healthMs = Math.max(healthMs, performance.now() - start)
      memoryBytes = Math.max(memoryBytes, memoryOf(pid))
      await pause(HEALTH_EVERY_MS)
    }
  })()
  return {
    stop: async () => {
      isOver = true
      await work
      return { healthMs, memoryBytes, workSec: workOf(pid) - workedSec }
    },
  }
}

/** Resident memory of a process and its children, bytes. */
function memoryOf(pid: number): number {
  return familyOf(pid)
    .map((one) => Number(/VmRSS:\s+(\d+) kB/.exec(readProc(`${one}/status`))?.[1] ?? 0) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** Ticks of the clock that Linux counts work in, a second. */
const TICKS = 100

/** Processor time of a process and its children so far, seconds. */
function workOf(pid: number): number {
  const ticks = familyOf(pid).flatMap((one) => {
    // After the name in brackets, which may hold spaces: user and system time are the 12th and
    // 13th.
    const fields = readProc(`${one}/stat`).split(') ').at(-1)?.split(' ') ?? []
    return fields.slice(11, 13).map(Number)
  })
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS
}

/** A process, its children, and theirs. */
function familyOf(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

/** A file below /proc; empty where a process has ended meanwhile. @throws where there is none */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch (error) {
    if (process.platform !== 'linux') throw error
    return ''
  }
}
