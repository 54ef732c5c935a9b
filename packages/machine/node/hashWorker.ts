import { parentPort } from 'node:worker_threads'
import { createWorkerState, type Job, runJob } from '../src/HashPool.ts'

const state = createWorkerState()

parentPort?.on('message', (job: Job) => {
  const bytes = runJob(state, job)
  parentPort?.postMessage(bytes, [bytes.buffer as ArrayBuffer])
})
