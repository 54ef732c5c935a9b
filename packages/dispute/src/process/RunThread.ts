// A run on a thread of its own, so that whoever asks it goes on answering others meanwhile.

import { Worker } from 'node:worker_threads'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as InputPackage from '../InputPackage.ts'
import type { Run } from '../Run.ts'

/** What the thread is asked. */
export type RunRequest = {
  id: number
  method: Exclude<keyof Run, 'programId' | 'inputRoot' | 'inputLength'>
  argument?: unknown
}

/** What it answers; the first answer, to nobody's question, is who it is. */
export type RunAnswer =
  | { id: number; ok: true; result: unknown }
  | { id: number; ok: false; error: { code: string; message: string; hint?: string } }

export type RunThreadData = { elf: string; pack: Uint8Array }

/** A run and its end. */
export type RunThread = Run & { close(): Promise<void> }

type Identity = Pick<Run, 'programId' | 'inputRoot' | 'inputLength'>
type Waiting = { resolve(result: unknown): void; reject(error: Error): void }

/**
 * Opens a run on a thread.
 * @param elf file of the program
 * @throws Machine.*, Run.Ended
 */
export async function startRun(elf: string, pack: InputPackage.InputPackage): Promise<RunThread> {
  const workerData: RunThreadData = { elf, pack: InputPackage.toBytes(pack) }
  const worker = new Worker(new URL('./runWorker.ts', import.meta.url), { workerData })
  const waiting = new Map<number, Waiting>()
  let next = 1
  let ended: Error | undefined
  const end = (error: Error): void => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('message', (answer: RunAnswer) => {
    const found = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) found?.resolve(answer.result)
    else found?.reject(toError(answer.error))
  })
  worker.on('error', end)
  worker.on('exit', () => end(new EndedError()))
  const expect = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended === undefined) waiting.set(id, { resolve, reject })
      else reject(ended)
    })
  const ask = async <T>(method: RunRequest['method'], argument?: unknown): Promise<T> => {
    const id = next++
    const answer = expect(id)
    const request: RunRequest = { id, method, argument }
    worker.postMessage(request)
    return (await answer) as T
  }
  const close = async (): Promise<void> => void (await worker.terminate())
  try {
    return {
      ...((await expect(0)) as Identity),
      hashesAt: (points) => ask('hashesAt', points),
      digestsAt: (points) => ask('digestsAt', points),
      ending: (limit) => ask('ending', limit),
      genesisInput: () => ask('genesisInput'),
      stepInput: (step) => ask('stepInput', step),
      finalInput: (steps) => ask('finalInput', steps),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function toError({ code, message, hint }: { code: string; message: string; hint?: string }): Error {
  return new AmbrosiaError(code, message, hint === undefined ? {} : { hint })
}

export class EndedError extends AmbrosiaError {
  constructor() {
    super('Run.Ended', 'the thread of the run ended', { hint: 'Open the run again.' })
  }
}
