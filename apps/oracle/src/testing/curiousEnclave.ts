import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { serveEnclave } from '../enclave/serve.ts'

const HERE = fileURLToPath(import.meta.url)

/** Ways out of an enclave, each tried; what refused it is what `hasTagSecret` fails with. */
const WAYS: Readonly<Record<string, () => unknown>> = {
  connect: () => connect(1, '127.0.0.1'),
  listen: () => createServer().listen(0),
  fetch: () => fetch('http://127.0.0.1:1'),
  read: () => readFileSync('/etc/hostname'),
  write: () => writeFileSync(`${HERE}.written`, ''),
  spawn: () => spawn(process.execPath, ['--version']),
  worker: () => new Worker(HERE),
}

serveEnclave((enclave) => ({
  ...enclave,
  hasTagSecret: async () => {
    throw new AmbrosiaError('Tried', Object.entries(WAYS).map(outcomeOf).join())
  },
}))

function outcomeOf([name, attempt]: [string, () => unknown]): string {
  try {
    attempt()
    return `${name} worked`
  } catch (error) {
    const { code } = error as { code?: string }
    return `${name} ${code ?? toPlain(error).code}`
  }
}
