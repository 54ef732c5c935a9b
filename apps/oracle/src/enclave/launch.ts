import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '@ambrosia/service/Log'
import { createChannel, remote } from './Channel.ts'
import {
  ENCLAVE_NAMES,
  type Enclave,
  type EnclaveSettings,
  OUTSIDE_NAMES,
  type Outside,
} from './Enclave.ts'
import type { JudgeLimits } from './judging/createJudgePool.ts'
import { GRAMINE_FOLDER } from './platform.ts'

/** The first line that an enclave gets. */
export type Opening = {
  settings: EnclaveSettings
  /** What it had kept, sealed by itself. */
  sealed: string | undefined
  /** How submissions are judged. */
  judging: JudgeLimits
  /** Password of its keystore where no hardware has a sealing key; development only. */
  password: string
}

export type Launched = { enclave: Enclave; close(): Promise<void> }

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url))

/** How long an enclave may take to end once its input has ended, milliseconds. */
const END_MS = 3_000

/**
 * Starts the enclave as a process of its own: it reads the program's files, writes none, starts no
 * process but threads of its own, and has two pipes to us and no other way out
 * (`guard.ts`). When it ends unasked, `onEnded` is told: the service ends too, and is started again
 * as a whole.
 */
export async function launchEnclave(options: {
  opening: Opening
  outside: Outside
  log: Log
  onEnded: (code: number | null) => void
  /** Another program with the same border. Default: the enclave's own. */
  program?: string | undefined
}): Promise<Launched> {
  const { opening, outside, log, program = PROGRAM } = options
  const child = spawn(process.execPath, [...permissionsOf(), program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment(opening.settings.mode),
  })
  child.stdin.on('error', () => {})
  const services = Object.fromEntries(OUTSIDE_NAMES.map((name) => [name, outside[name]]))
  const channel = createChannel({
    input: child.stdout,
    output: child.stdin,
    services: services as never,
    onBroken: (error) => {
      log.error({ err: error }, 'the enclave sent what cannot be read')
      child.kill('SIGKILL')
    },
    onUnexpected: (err) => log.error({ err }, 'a call of the enclave failed'),
  })
  let isClosing = false
  const ended = new Promise<void>((done) => {
    child.once('exit', (code) => {
      channel.end()
      if (!isClosing) options.onEnded(code)
      done()
    })
  })
  try {
    await channel.call('open', [opening])
  } catch (error) {
    isClosing = true
    child.kill('SIGKILL')
    await ended
    throw error
  }
  return {
    enclave: remote<Enclave>(channel, ENCLAVE_NAMES),
    close: async () => {
      isClosing = true
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

function permissionsOf(): string[] {
  const modules = dirname(realpathSync(join(ROOT, 'node_modules', 'viem')))
  const readable = [ROOT, modules, GRAMINE_FOLDER]
  const writable = [GRAMINE_FOLDER]
  const cache = process.env['NODE_COMPILE_CACHE']
  if (cache !== undefined) {
    readable.push(cache)
    writable.push(cache)
  }
  return [
    '--permission',
    '--allow-worker',
    ...readable.flatMap((path) => [
      `--allow-fs-read=${path}`,
      `--allow-fs-read=${join(path, '*')}`,
    ]),
    ...writable.flatMap((path) => [
      `--allow-fs-write=${path}`,
      `--allow-fs-write=${join(path, '*')}`,
    ]),
    '--no-warnings',
  ]
}

/**
 * Nothing of our environment but what Node itself needs; in development how it loads, too, so that
 * a test's enclave starts as fast as its other processes.
 */
function environment(mode: EnclaveSettings['mode']): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'NODE_COMPILE_CACHE', 'TZ', 'LANG']
  if (mode === 'development') names.push('NODE_OPTIONS')
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
