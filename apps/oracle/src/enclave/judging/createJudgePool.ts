import { Worker } from 'node:worker_threads'
import type { Verdict } from '@ambrosia/exchange/certify/certify'
import type { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  ASKED_NAMES,
  type Asked,
  BusyError,
  EndedError,
  type FromThread,
  fromCrossing,
  type Judge,
  type JudgeJob,
  type JudgeSettings,
  OutOfMemoryError,
  TimedOutError,
  type ToThread,
  toCrossing,
} from './Judging.ts'

export type JudgeLimits = {
  /** Judgements at one time. */
  threadCount: number
  /** Longest judgement, milliseconds, with what it waits for. */
  deadlineMs: number
  /** Heap of one thread, MB. */
  memoryMb: number
  /** Submissions that wait; more are refused. */
  waitingCount: number
}

export type JudgePool = { judge: Judge; close(): Promise<void> }

type Task = {
  job: JudgeJob
  dealId: string
  done(verdict: Verdict): void
  failed(error: AmbrosiaError): void
}

type Slot = {
  worker: Worker
  isReady: boolean
  task?: Task | undefined
  timer?: NodeJS.Timeout | undefined
  /** Why we end it. */
  fault?: AmbrosiaError | undefined
}

const PROGRAM = new URL('./thread.ts', import.meta.url)
/** Taken before the enclave closes the way to threads for everything else. */
const Thread = Worker

/**
 * Judges submissions in threads: each has a deadline and a memory cap, and is replaced when it
 * exceeds one. One deal never has all threads, so that criteria made to be slow don't stop the
 * sales into others.
 */
export function createJudgePool(options: {
  settings: JudgeSettings
  outside: Asked
  limits: JudgeLimits
  /** Told of errors that are not ours: names and places, no messages. */
  onUnexpected: (text: string) => void
  /** Another program; for tests. */
  program?: URL | undefined
}): JudgePool {
  const { limits } = options
  const waiting: Task[] = []
  const slots = new Set<Slot>()
  let isClosed = false

  const start = (): void => {
    const worker = new Thread(options.program ?? PROGRAM, {
      workerData: options.settings,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    })
    const slot: Slot = { worker, isReady: false }
    slots.add(slot)
    worker.on('message', (message: FromThread) => receive(slot, message))
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        slot.fault ??= new OutOfMemoryError(limits.memoryMb)
      else options.onUnexpected(toCrossing(error).unexpected ?? error.name)
    })
    worker.once('exit', () => ended(slot))
  }

  const receive = (slot: Slot, message: FromThread): void => {
    if (message.kind === 'ask') {
      void answer(options.outside, message).then((reply) => slot.worker.postMessage(reply))
      return
    }
    const task = release(slot)
    slot.isReady = true
    if (message.kind === 'verdict') task?.done(message.verdict)
    if (message.kind === 'failed') {
      if (message.unexpected !== undefined) options.onUnexpected(message.unexpected)
      task?.failed(fromCrossing(message.error))
    }
    next()
  }

  const ended = (slot: Slot): void => {
    slots.delete(slot)
    release(slot)?.failed(slot.fault ?? new EndedError())
    if (isClosed) return
    // One that never got ready would fail again at once: it is tried anew for the next submission.
    if (slot.isReady) next(1)
    else if (slots.size === 0) for (const task of waiting.splice(0)) task.failed(new EndedError())
  }

  /** Gives what waits to who is free. @param standby threads to have even if nothing waits */
  const next = (standby = 0): void => {
    for (const slot of slots) {
      if (!slot.isReady || slot.task !== undefined || slot.fault !== undefined) continue
      const task = takeNext(waiting, slots, limits.threadCount)
      if (task === undefined) break
      slot.task = task
      slot.timer = setTimeout(() => {
        slot.fault = new TimedOutError(limits.deadlineMs)
        void slot.worker.terminate()
      }, limits.deadlineMs)
      post(slot, { kind: 'job', job: task.job })
    }
    const starting = [...slots].filter(({ isReady }) => !isReady).length
    const wanted = Math.max(waiting.length - starting, standby - slots.size)
    for (let i = 0; i < wanted && slots.size < limits.threadCount; i++) start()
  }

  // Not before the enclave answers: a thread takes seconds to load.
  setImmediate(() => {
    if (!isClosed) next(1)
  })
  return {
    judge: (job) => {
      if (waiting.length >= limits.waitingCount) return Promise.reject(new BusyError())
      return new Promise((done, failed) => {
        waiting.push({ job, dealId: job.body.submission.dealId, done, failed })
        next()
      })
    },
    close: async () => {
      isClosed = true
      for (const task of waiting.splice(0)) task.failed(new EndedError())
      await Promise.all([...slots].map(({ worker }) => worker.terminate()))
    },
  }
}

/** The task that waits longest among those whose deal leaves a thread to others. */
function takeNext(
  waiting: Task[],
  slots: ReadonlySet<Slot>,
  threadCount: number,
): Task | undefined {
  const most = Math.max(1, threadCount - 1)
  const running = (dealId: string): number =>
    [...slots].filter(({ task }) => task?.dealId === dealId).length
  const index = waiting.findIndex(({ dealId }) => running(dealId) < most)
  return index < 0 ? undefined : waiting.splice(index, 1)[0]
}

function release(slot: Slot): Task | undefined {
  const { task } = slot
  clearTimeout(slot.timer)
  slot.task = undefined
  return task
}

function post({ worker }: Slot, message: ToThread): void {
  worker.postMessage(message)
}

async function answer(
  outside: Asked,
  { id, name, args }: FromThread & { kind: 'ask' },
): Promise<ToThread> {
  try {
    const known = ASKED_NAMES.find((one) => one === name)
    if (known === undefined) throw new EndedError()
    const call = outside[known] as (...args: unknown[]) => Promise<unknown>
    return { kind: 'answer', id, value: await call(...args) }
  } catch (error) {
    return { kind: 'refusal', id, error: toCrossing(error).error }
  }
}
