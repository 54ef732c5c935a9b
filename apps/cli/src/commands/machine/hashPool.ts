import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fromThreads, type HashPool } from '@ambrosia/machine/HashPool'

/** Hashing threads for every processor but the caller's; they start with the first large piece of hashing. */
export function hashPool(): HashPool {
  const size = Math.max(1, availableParallelism() - 1)
  return fromThreads(size, () => new Worker(new URL('./hashWorker.ts', import.meta.url)))
}
