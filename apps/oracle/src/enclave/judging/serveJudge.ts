import { parentPort, workerData } from 'node:worker_threads'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Validation from '@ambrosia/health/Validation'
import { closeNetwork, closeThreads } from '../guard.ts'
import { createJudge } from './createJudge.ts'
import {
  ASKED_NAMES,
  type Asked,
  type FromThread,
  fromCrossing,
  type JudgeJob,
  type JudgeSettings,
  type ToThread,
  toCrossing,
} from './Judging.ts'

type Waiting = { done(value: unknown): void; failed(error: Error): void }

/**
 * Runs this thread as a judge: one judgement at a time, and no way out but questions to the
 * enclave. Whatever a record makes it do, the enclave can end it.
 */
export async function serveJudge(): Promise<void> {
  closeNetwork()
  closeThreads()
  const waiting = new Map<number, Waiting>()
  const judge = createJudge({
    settings: workerData as JudgeSettings,
    outside: createAsked(waiting),
    now: Date.now,
  })
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'job') {
      void judgeOne(judge, message.job)
      return
    }
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'answer') asked?.done(message.value)
    else asked?.failed(fromCrossing(message.error))
  })
  // The definitions take seconds to load; better now than under the first submission.
  await Bbs.ready()
  Validation.check([])
  send({ kind: 'ready' })
}

async function judgeOne(judge: ReturnType<typeof createJudge>, job: JudgeJob): Promise<void> {
  try {
    send({ kind: 'verdict', verdict: await judge(job) })
  } catch (error) {
    send({ kind: 'failed', ...toCrossing(error) })
  }
}

function createAsked(waiting: Map<number, Waiting>): Asked {
  let nextId = 1
  const ask = (name: string, args: unknown[]): Promise<unknown> =>
    new Promise((done, failed) => {
      const id = nextId++
      waiting.set(id, { done, failed })
      send({ kind: 'ask', id, name, args })
    })
  return Object.fromEntries(
    ASKED_NAMES.map((name) => [name, (...args: unknown[]) => ask(name, args)]),
  ) as unknown as Asked
}

function send(message: FromThread): void {
  parentPort?.postMessage(message)
}
