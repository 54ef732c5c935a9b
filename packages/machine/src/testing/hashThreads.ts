import { Worker } from 'node:worker_threads'
import { fromThreads, type HashPool } from '../HashPool.ts'

/** A pool of Node's threads, for tests and measurements. */
export function createHashThreads(size: number): HashPool & { close(): Promise<void> } {
  const workers: Worker[] = []
  const pool = fromThreads(size, () => {
    const worker = new Worker(new URL('./hashWorker.ts', import.meta.url))
    workers.push(worker)
    return worker
  })
  return {
    ...pool,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
