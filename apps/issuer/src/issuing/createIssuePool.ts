import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type {
  Entry,
  FromThread,
  Identity,
  Issued,
  IssueRequest,
  ThreadSettings,
  ToThread,
} from './Issuing.ts'

const PROGRAM = new URL('./thread.ts', import.meta.url)

export type IssuePool = {
  /**
   * Issues in a thread, which asks for the entry of the record once it has read the Bundle; waits
   * where all threads are at work.
   * @throws what the thread refuses, Issuer.ThreadEnded
   */
  issue(
    request: IssueRequest,
    nowMs: number,
    entryOf: (identity: Identity) => Promise<Entry>,
  ): Promise<Issued>
  close(): Promise<void>
}

/**
 * Threads that sign records, so that the service answers while a large one is signed. Each is
 * started when it is first needed (about 3 s for the definitions of FHIR).
 */
export function createIssuePool(settings: ThreadSettings, threadCount: number): IssuePool {
  const all = new Set<Worker>()
  const idle: Worker[] = []
  const waiting: ((worker: Worker) => void)[] = []
  const free = (worker: Worker): void => {
    const next = waiting.shift()
    // One that has nothing to do holds up no end of the process.
    worker.unref()
    if (next === undefined) idle.push(worker)
    else next(worker)
  }
  const start = (): Worker => {
    const worker = new Worker(PROGRAM, { workerData: settings })
    all.add(worker)
    // Each wait listens for itself; without this an error between two would end the service.
    worker.on('error', () => {})
    worker.once('exit', () => all.delete(worker))
    return worker
  }
  const take = async (): Promise<Worker> => {
    const ready = idle.shift() ?? (all.size < threadCount ? start() : undefined)
    const worker = ready ?? (await new Promise<Worker>((done) => waiting.push(done)))
    worker.ref()
    return worker
  }
  return {
    issue: async (request, nowMs, entryOf) => {
      const worker = await take()
      try {
        send(worker, { kind: 'issue', request, nowMs })
        const first = await answerOf(worker)
        if (first.kind !== 'identity') throw new ThreadEndedError()
        let entry: Entry
        try {
          entry = await entryOf(first.identity)
        } catch (error) {
          // It waits for an entry that will not come.
          await worker.terminate()
          throw error
        }
        send(worker, { kind: 'entry', entry })
        const second = await answerOf(worker)
        if (second.kind !== 'issued') throw new ThreadEndedError()
        return second.issued
      } finally {
        if (all.has(worker)) free(worker)
        else if (waiting.length > 0) free(start())
      }
    },
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}

/** What a thread says next. @throws what it refuses, Issuer.ThreadEnded */
async function answerOf(worker: Worker): Promise<Exclude<FromThread, { kind: 'failed' }>> {
  const ending = new AbortController()
  const { signal } = ending
  try {
    const [message] = (await Promise.race([
      once(worker, 'message', { signal }),
      once(worker, 'exit', { signal }).then(() => {
        throw new ThreadEndedError()
      }),
    ])) as [FromThread]
    if (message.kind !== 'failed') return message
    const { code, hint } = message
    throw message.isOurs
      ? new AmbrosiaError(code, message.message, { hint })
      : new Error('a thread failed')
  } catch (error) {
    // Such as too little memory: its text may hold anything.
    throw error instanceof AmbrosiaError ? error : new ThreadEndedError()
  } finally {
    ending.abort()
  }
}

/** A thread ended at work; another takes its place. */
export class ThreadEndedError extends AmbrosiaError {
  constructor() {
    super('Issuer.ThreadEnded', 'the record was too much for the thread that signs', {
      hint: 'Split the record, or give the issuer more memory; nothing was issued.',
    })
  }
}
