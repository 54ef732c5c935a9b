/** A piece of work of the test run: a file, or a runner of its own. */
export type Job<T> = {
  name: string
  /** Processors it keeps busy, a part of one where it mostly waits. */
  cost: number
  /** How long it took the last time, or usually takes, milliseconds. */
  expectedMs: number
  run: () => Promise<T>
}

/**
 * Runs jobs with at most `slots` processors' worth at once, the longest first, so that none is left
 * running alone at the end. Returns the results with the time each took.
 */
export async function runJobs<T>(
  jobs: readonly Job<T>[],
  slots: number,
): Promise<{ job: Job<T>; result: T; ms: number }[]> {
  const waiting = longestFirst(jobs)
  const results: { job: Job<T>; result: T; ms: number }[] = []
  const running = new Set<Promise<void>>()
  let free = slots
  const start = (job: Job<T>) => {
    const cost = Math.min(job.cost, slots)
    free -= cost
    const began = performance.now()
    const done = job.run().then((result) => {
      results.push({ job, result, ms: performance.now() - began })
      free += cost
      running.delete(done)
    })
    running.add(done)
  }
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ cost }) => Math.min(cost, slots) <= free)
    if (next >= 0) start(waiting.splice(next, 1)[0] as Job<T>)
    else await Promise.race(running)
  }
  return results
}

export function longestFirst<T>(jobs: readonly Job<T>[]): Job<T>[] {
  return [...jobs].sort((one, other) => other.expectedMs - one.expectedMs)
}
