import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { createVerifier } from './verifyFiles.ts'
import { type Outcome, verifySome } from './verifySome.ts'

/** A thread takes as long to start as some deliveries to check. */
const FILES_A_THREAD = 16
/** Deliveries whose signatures are decided together. */
const FILES_A_BATCH = 16

/**
 * Checks deliveries of a folder, many of them on all processors; the outcomes are in the order of
 * the files.
 * @param onDone told after each, with the number done
 */
export async function verifyMany(
  files: readonly string[],
  options: { folder: string; offline: boolean; onDone: (outcome: Outcome, done: number) => void },
): Promise<Outcome[]> {
  const { folder, offline } = options
  const outcomes: Outcome[] = new Array(files.length)
  const rest = batchesOf(files)
  let done = 0
  const keep = (first: number, some: readonly Outcome[]): void => {
    for (const [index, outcome] of some.entries()) {
      outcomes[first + index] = outcome
      options.onDone(outcome, ++done)
    }
  }
  const threadCount = Math.min(availableParallelism(), Math.floor(files.length / FILES_A_THREAD))
  if (threadCount < 2) {
    const verify = await createVerifier({ offline })
    for (const { first, some } of rest) keep(first, await verifySome(folder, some, verify))
    return outcomes
  }
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL('./verifyThread.ts', import.meta.url), {
      workerData: { folder, offline },
    })
    try {
      for (const { first, some } of rest) keep(first, await ask(worker, some))
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: threadCount }, lane))
  return outcomes
}

/** One iterator, from which every thread takes its next batch. */
function* batchesOf(files: readonly string[]): Generator<{ first: number; some: string[] }> {
  for (let first = 0; first < files.length; first += FILES_A_BATCH) {
    yield { first, some: files.slice(first, first + FILES_A_BATCH) }
  }
}

/** @throws what ends the thread */
function ask(worker: Worker, files: readonly string[]): Promise<Outcome[]> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void => reject(error)
    worker.once('error', onError)
    worker.once('message', (outcomes: Outcome[]) => {
      worker.off('error', onError)
      resolve(outcomes)
    })
    worker.postMessage(files)
  })
}
