import { parentPort, workerData } from 'node:worker_threads'
import { createVerifier } from './verifyFiles.ts'
import { verifySome } from './verifySome.ts'

const { folder, offline } = workerData as { folder: string; offline: boolean }
const verify = await createVerifier({ offline })

parentPort?.on('message', async (files: string[]) => {
  parentPort?.postMessage(await verifySome(folder, files, verify))
})
