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

export type IssueLimits = {
  /** Records that are signed at one time. */
  threadCount: number
  /** Longest that a thread may take for one, milliseconds. */
  deadlineMs: number
  /** Heap of one thread, MB. */
  memoryMb: number
  /** Records that wait; more are refused. */
  waitingCount: number
}

export type IssuePool = {
  /**
   * Issues in a thread, which asks for the entry of the record once it has read the Bundle; waits
   * where all threads are at work. The Bundle's bytes are handed over: they are gone afterwards.
   * @throws what the thread refuses, Issuer.Busy, Issuer.TimedOut, Issuer.ThreadEnded
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
 * started when it is first needed (about 3 s for the definitions of FHIR), and replaced when a
 * record takes it longer or more memory than it may.
 * @param program another program; for tests
 */
export function createIssuePool(
  settings: ThreadSettings,
  limits: IssueLimits,
  program = PROGRAM,
): IssuePool {
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
    const worker = new Worker(program, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    })
    all.add(worker)
    // Each wait listens for itself; without this an error between two would end the service.
    worker.on('error', () => {})
    worker.once('exit', () => {
      all.delete(worker)
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
    })
    return worker
  }
  const take = async (): Promise<Worker> => {
    const ready = idle.shift() ?? (all.size < limits.threadCount ? start() : undefined)
    if (ready === undefined && waiting.length >= limits.waitingCount) throw new BusyError()
    const worker = ready ?? (await new Promise<Worker>((done) => waiting.push(done)))
    worker.ref()
    return worker
  }
  return {
    issue: async (request, nowMs, entryOf) => {
      const worker = await take()
      const deadline = startDeadline(worker, limits.deadlineMs)
      try {
        send(worker, { kind: 'issue', request, nowMs }, ownBuffer(request.bundle))
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
      } catch (error) {
        throw deadline.isOver() ? new TimedOutError(limits.deadlineMs) : error
      } finally {
        deadline.clear()
        if (all.has(worker)) free(worker)
        else if (waiting.length > 0) free(start())
      }
    },
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

/** Ends a thread that is not done in time. */
function startDeadline(worker: Worker, deadlineMs: number) {
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    void worker.terminate()
  }, deadlineMs)
  return { isOver: () => isOver, clear: () => clearTimeout(timer) }
}

function send(worker: Worker, message: ToThread, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer)
}

/**
 * The memory of bytes that have it for themselves: it goes to the thread instead of a copy, which
 * the loop would have to make.
 */
function ownBuffer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
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

export class TimedOutError extends AmbrosiaError {
  constructor(deadlineMs: number) {
    super('Issuer.TimedOut', `signing the record took more than ${deadlineMs / 1000} seconds`, {
      hint: 'Split the record; nothing was issued.',
    })
  }
}

export class BusyError extends AmbrosiaError {
  constructor() {
    super('Issuer.Busy', 'too many records wait to be signed', {
      hint: 'Send the record again in half a minute; nothing was issued.',
    })
  }
}
