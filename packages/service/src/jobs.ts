import { pause } from '@ambrosia/chain/follow'
import type { Log } from './Log.ts'

/** Work that a service does again and again beside answering requests. */
export type Job = {
  name: string
  /** Time from the end of one run to the start of the next, milliseconds. */
  everyMs: number
  /**
   * One run. It ends soon after the signal, and finds by itself what is to be done: a run that
   * failed is followed by another.
   */
  run: (signal: AbortSignal) => Promise<void>
}

export type Jobs = {
  /** Starts no further run and waits for those under way. */
  stop(): Promise<void>
}

export type Options = {
  log: Log
  /** From 0 up to 1: spreads the runs of services that were started together. */
  random?: () => number
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Longest wait after failures, milliseconds, where the job's own pace is not slower. */
const LONGEST_WAIT_MS = 60_000
/** Part of a wait by which it may be shorter or longer. */
const JITTER = 0.1

/**
 * Starts jobs, each on its own. A failure is logged by its code, and the job is tried again with
 * increasing delays.
 */
export function startJobs(jobs: readonly Job[], options: Options): Jobs {
  const controller = new AbortController()
  const running = jobs.map((job) => repeat(job, controller.signal, options))
  return {
    stop: async () => {
      controller.abort()
      await Promise.all(running)
    },
  }
}

async function repeat(job: Job, signal: AbortSignal, options: Options): Promise<void> {
  const { log, random = Math.random } = options
  let failures = 0
  while (!signal.aborted) {
    try {
      await job.run(signal)
      failures = 0
    } catch (error) {
      // What was interrupted by the end of the service did not fail.
      if (signal.aborted) return
      failures++
      log.warn({ err: error, job: job.name, failures }, 'a job failed and is tried again')
    }
    await (options.pause ?? pause)(waitMs(job.everyMs, failures, random), signal)
  }
}

/**
 * The wait before the next run: twice as long after each failure in a row, give or take the jitter.
 */
export function waitMs(everyMs: number, failures: number, random: () => number): number {
  const longest = Math.max(everyMs, LONGEST_WAIT_MS)
  const wait = Math.min(everyMs * 2 ** failures, longest)
  return Math.round(wait * (1 - JITTER + 2 * JITTER * random()))
}
