// Hashing threads for Node. They stand beside the package's sources because those start no thread; whoever wants them passes the
// pool as an option of Machine.create.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { HashPool, Job } from '../src/HashPool.ts'

type Waiting = { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void }

/** A pool that must be closed; its threads do not keep the process alive. */
export type NodeHashPool = HashPool & { close(): Promise<void> }

/** Starts `threads` hashing threads beside the caller's own; by default as many as leave it a processor, none on a single one. */
export function createHashPool(threads: number = availableParallelism() - 1): NodeHashPool {
  const workers = Array.from({ length: threads }, () => startWorker())
  let next = 0
  return {
    size: threads,
    run: (job) => {
      const worker = workers[next++ % workers.length]
      return worker === undefined
        ? Promise.reject(new Error('the pool has no thread'))
        : worker.run(job)
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}

function startWorker(): { run(job: Job): Promise<Uint8Array>; close(): Promise<unknown> } {
  const worker = new Worker(new URL('./hashWorker.ts', import.meta.url))
  const waiting: Waiting[] = []
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure = error
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  worker.unref()
  worker.on('message', (bytes: Uint8Array) => {
    if (waiting.length === 1) worker.unref()
    waiting.shift()?.resolve(bytes)
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`the hashing thread ended with code ${code}`)))
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure)
        waiting.push({ resolve, reject })
        worker.ref()
        worker.postMessage(job, [job.data.buffer as ArrayBuffer])
      }),
    close: () => worker.terminate(),
  }
}
