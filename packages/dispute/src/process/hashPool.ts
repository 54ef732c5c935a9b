import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fromThreads, type HashPool } from '@ambrosia/machine/HashPool'

/** Hashing threads, one a processor; they start with the first large piece of hashing. */
export function hashPool(): HashPool {
  const script = new URL('./hashWorker.ts', import.meta.url)
  return fromThreads(availableParallelism(), () => new Worker(script))
}
