import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { createVerifier } from './verifyFiles.ts'
import { type Outcome, verifyOne } from './verifyOne.ts'

/** A thread takes as long to start as some deliveries to check. */
const FILES_A_THREAD = 16

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
  const rest = files.entries()
  let done = 0
  const keep = (index: number, outcome: Outcome): void => {
    outcomes[index] = outcome
    options.onDone(outcome, ++done)
  }
  const threadCount = Math.min(availableParallelism(), Math.floor(files.length / FILES_A_THREAD))
  if (threadCount < 2) {
    const verify = await createVerifier({ offline })
    for (const [index, file] of rest) keep(index, await verifyOne(folder, file, verify))
    return outcomes
  }
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL('./verifyThread.ts', import.meta.url), {
      workerData: { folder, offline },
    })
    try {
      for (const [index, file] of rest) keep(index, await ask(worker, file))
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: threadCount }, lane))
  return outcomes
}

/** @throws what ends the thread */
function ask(worker: Worker, file: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void => reject(error)
    worker.once('error', onError)
    worker.once('message', (outcome: Outcome) => {
      worker.off('error', onError)
      resolve(outcome)
    })
    worker.postMessage(file)
  })
}
