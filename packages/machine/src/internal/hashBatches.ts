import type { HashPool } from '../HashPool.ts'
import { ELEMENT_SIZE } from './hasher.ts'
import { createWorkerState, type Job, runJob, type WorkerState } from './hashJob.ts'

/** How long work is done: where, how to see how far it is, and how to end it before. */
export type WorkOptions = {
  /** Threads that hash; on the caller's own thread, with breaks, when left out. */
  pool?: HashPool | undefined
  /** Ends the work before it is done; what it had changed is as before. */
  signal?: AbortSignal | undefined
  /** Told now and then how many hashes of how many are done. */
  progress?: ((done: number, total: number) => void) | undefined
}

/** Hashes of one kind that do not depend on each other. */
export type Hashes = {
  kind: Job['kind']
  count: number
  /** Writes the inputs of hashes `from` to `to - 1` into `target`, one behind the other. */
  read(from: number, to: number, target: Uint8Array): void
  /** Takes their results. */
  write(from: number, to: number, elements: Uint8Array): void
}

/** Hashes at once: some milliseconds, so that other work of the thread is not held up. */
const BATCH = 256
/** Fewer hashes than this are not worth a thread's time. */
const POOL_MINIMUM = 64
const INPUT_SIZES = { lines: 128, nodes: 8 * ELEMENT_SIZE } as const

let own: WorkerState | undefined

/**
 * Computes hashes in batches.
 * @throws what the signal says, or HashPool.*; batches that are done by then have been written
 */
export async function hashBatches(hashes: Hashes, options: WorkOptions): Promise<void> {
  const { count } = hashes
  const { pool, signal } = options
  if (pool === undefined || count < POOL_MINIMUM) {
    for (let from = 0; from < count; from += BATCH) {
      if (from > 0) await pause()
      signal?.throwIfAborted()
      const to = Math.min(count, from + BATCH)
      own ??= createWorkerState()
      hashes.write(from, to, runJob(own, jobOf(hashes, from, to)))
    }
    return
  }
  const size = Math.min(BATCH, Math.ceil(count / pool.size))
  let next = 0
  const runOne = async (): Promise<void> => {
    while (next < count) {
      signal?.throwIfAborted()
      const from = next
      const to = Math.min(count, from + size)
      next = to
      hashes.write(from, to, await pool.run(jobOf(hashes, from, to)))
    }
  }
  // Two jobs a thread, so that none waits for the caller. All end before a failure is told: nothing
  // is written after it.
  const runners = Array.from({ length: 2 * pool.size }, runOne)
  const ends = await Promise.allSettled(runners)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function jobOf({ kind, read }: Hashes, from: number, to: number): Job {
  const data = new Uint8Array((to - from) * INPUT_SIZES[kind])
  read(from, to, data)
  return { kind, count: to - from, data }
}

/** Lets what waits on this thread have its turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
