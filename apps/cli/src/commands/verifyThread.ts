import { parentPort, workerData } from 'node:worker_threads'
import { createVerifier } from './verifyFiles.ts'
import { verifyOne } from './verifyOne.ts'

const { folder, offline } = workerData as { folder: string; offline: boolean }
const verify = await createVerifier({ offline })

parentPort?.on('message', async (file: string) => {
  parentPort?.postMessage(await verifyOne(folder, file, verify))
})
