import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { serviceUrl } from '@ambrosia/devnet/Program'
import { defer, type Ending } from './defer.ts'

/** A service starts as fast as those of a network. */
const HOW_NODE_LOADS = Object.fromEntries(
  ['NODE_OPTIONS', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)
const APPS = fileURLToPath(new URL('../../../apps', import.meta.url))

/** A service of ours as a process, alone. */
export type StartedService = {
  /** Its address; empty where it ended before it was ready. */
  url: string
  /** Its exit code, null after a signal. */
  ended: Promise<number | null>
  /** Sends a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** What it has written to standard error. */
  errors(): string
}

/**
 * Starts `apps/<app>` on a free port in a home that the test has prepared, and waits until it is
 * ready or has ended. Of our own environment it sees PATH and how Node loads alone, so a test says
 * all that counts.
 */
export async function startService(
  t: Ending,
  app: string,
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<StartedService> {
  const child = spawn(process.execPath, [join(APPS, app, 'src', 'main.ts')], {
    env: {
      ...HOW_NODE_LOADS,
      PATH: process.env['PATH'],
      NODE_NO_WARNINGS: '1',
      AMBROSIA_HOME: home,
      AMBROSIA_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  // Its streams have ended too by then, so all that it said is there.
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  defer(t, async () => {
    child.kill('SIGKILL')
    await ended
  })
  const url = await new Promise<string>((done) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = serviceUrl(line)
      if (found !== undefined) done(found)
    })
    void ended.then(() => done(''))
  })
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return await ended
  }
  return { url, ended, end, errors: () => errors }
}
