// Hashing beside the main thread: docs/spec/machine.md, section 4. This package starts no thread;
// whoever runs it brings the pool.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createWorkerState, type Job, runJob } from './internal/hashJob.ts'

export type { Job }

/** Threads that hash. */
export type HashPool = {
  /**
   * Jobs that run at the same time. The caller's thread hashes nothing itself, so as many as there
   * are processors.
   */
  readonly size: number
  /**
   * The results, `count` elements of 36 bytes. The job's data belong to the pool from now on.
   * Rejects when the thread is gone.
   */
  run(job: Job): Promise<Uint8Array>
}

/** A thread as Node's worker_threads has it, running a script that calls {@link serve}. */
export type Thread = {
  postMessage(job: Job, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (elements: Uint8Array) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  /** Whether a thread without work lets the process end. */
  ref(): void
  unref(): void
}

/** The other end of a thread's messages. */
export type Port = {
  on(event: 'message', listener: (job: Job) => void): unknown
  postMessage(elements: Uint8Array, transfer: ArrayBuffer[]): void
}

/**
 * A pool of `size` threads. They are started by the first job, one job after the other in turn;
 * while idle they do not keep the process alive. A thread that dies fails the jobs it had and all
 * that come after.
 */
export function fromThreads(size: number, start: () => Thread): HashPool {
  let runners: ((job: Job) => Promise<Uint8Array>)[] | undefined
  let next = 0
  return {
    size,
    run: (job) => {
      runners ??= Array.from({ length: size }, () => createRunner(start()))
      const runner = runners[next++ % size]
      return runner === undefined ? Promise.reject(new RangeError('no threads')) : runner(job)
    },
  }
}

function createRunner(thread: Thread): (job: Job) => Promise<Uint8Array> {
  const waiting: { resolve(elements: Uint8Array): void; reject(error: Error): void }[] = []
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure = error
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  thread.unref()
  thread.on('message', (elements) => {
    if (waiting.length === 1) thread.unref()
    waiting.shift()?.resolve(elements)
  })
  thread.on('error', fail)
  thread.on('exit', (code) => fail(new ThreadError(code)))
  return (job) =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) {
        reject(failure)
        return
      }
      waiting.push({ resolve, reject })
      thread.ref()
      thread.postMessage(job, [job.data.buffer as ArrayBuffer])
    })
}

/** Answers the jobs that come through a port; the whole of a thread's script. */
export function serve(port: Port): void {
  const state = createWorkerState()
  port.on('message', (job) => {
    const elements = runJob(state, job)
    port.postMessage(elements, [elements.buffer as ArrayBuffer])
  })
}

export class ThreadError extends AmbrosiaError {
  constructor(code: number) {
    super('HashPool.Thread', `a hashing thread ended with code ${code}`, {
      hint: 'Run again; with little memory, hash without a pool.',
    })
  }
}
