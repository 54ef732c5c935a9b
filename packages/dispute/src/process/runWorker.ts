// The other end of `RunThread.ts`: one run, asked one thing after the other.

import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { fromElf } from '@ambrosia/machine/Program'
import { toPlain } from '@ambrosia/primitives/Errors'
import * as InputPackage from '../InputPackage.ts'
import { openRun, type Run } from '../Run.ts'
import { hashPool } from './hashPool.ts'
import type { RunAnswer, RunRequest, RunThreadData } from './RunThread.ts'
import { treeCache } from './treeCache.ts'

const { elf, pack } = workerData as RunThreadData

const opened = open()
parentPort?.on('message', (request: RunRequest) => void answer(request))
void reply(0, async () => {
  const { programId, inputRoot, inputLength } = await opened
  return { programId, inputRoot, inputLength }
})

async function open(): Promise<Run> {
  const program = fromElf(new Uint8Array(await readFile(elf)))
  const options = { hashPool: hashPool(), cache: treeCache() }
  return await openRun(program, InputPackage.fromBytes(pack), options)
}

async function answer({ id, method, argument }: RunRequest): Promise<void> {
  await reply(id, async () => {
    const run = await opened
    return await (run[method] as (argument: unknown) => Promise<unknown>)(argument)
  })
}

async function reply(id: number, work: () => Promise<unknown>): Promise<void> {
  let message: RunAnswer
  try {
    message = { id, ok: true, result: await work() }
  } catch (error) {
    const { code, message: text, hint } = toPlain(error)
    message = { id, ok: false, error: { code, message: text, hint } }
  }
  parentPort?.postMessage(message)
}
