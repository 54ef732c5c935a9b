import { createInterface } from 'node:readline'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as KillPoint from './KillPoint.ts'
import { describeError } from './Log.ts'

export type Running = {
  /** Base URL of the service. */
  url: string
  /** Stops taking requests, lets those under way end, and closes what is open. */
  close: () => Promise<void>
}

const CLOSE_TIMEOUT_MS = 15_000

/**
 * Runs a service as a process. When it is ready, one line `{"ready":true,"url":…}` goes to standard
 * output. SIGINT and SIGTERM drain and end it with 0, a second signal ends it at once. Exit codes:
 * 0 ended as asked, 1 failed, 2 the configuration can't be used.
 *
 * Once it is ready, a promise that is rejected to nobody is told and the service goes on: what
 * failed is over, what must last is in the database, and a stranger who finds one such fault must
 * not be able to end the service with it. What is thrown where nobody catches may leave an object
 * half-changed: requests under way end, then the process does, with 1.
 */
export async function runService(
  main: (context: { env: NodeJS.ProcessEnv; signal: AbortSignal }) => Promise<Running>,
): Promise<void> {
  const controller = new AbortController()
  let exitCode = 0
  let isReady = false
  const asked = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(130)
        controller.abort()
        resolve()
      })
    }
    if (process.env['AMBROSIA_OWNER_PIPE'] === '1') {
      listenToOwner(() => {
        controller.abort()
        resolve()
      })
    }
    process.on('uncaughtException', (error) => {
      if (!isReady || exitCode !== 0) fail(error)
      tell(error)
      exitCode = 1
      controller.abort()
      resolve()
    })
  })
  const fail = (error: unknown): never => {
    tell(error)
    process.exit(error instanceof AmbrosiaError && error.code.startsWith('Config.') ? 2 : 1)
  }
  process.on('unhandledRejection', (error) => (isReady ? tell(error) : fail(error)))
  try {
    const running = await main({ env: process.env, signal: controller.signal })
    isReady = true
    process.stdout.write(`${JSON.stringify({ ready: true, url: running.url })}\n`)
    await asked
    setTimeout(() => fail(new CloseTimeoutError()), CLOSE_TIMEOUT_MS).unref()
    await running.close()
    process.exit(exitCode)
  } catch (error) {
    fail(error)
  }
}

/**
 * Whoever started us for themselves holds our standard input: its end is theirs. In development a
 * line `kill-at POINT` on it names the point at which we are to end, and is answered by a line
 * `{"killAt":POINT}`; `kill-points` is answered by those that were passed, `{"killPoints":[…]}`;
 * `AMBROSIA_KILL_AT` names a point of the start.
 */
function listenToOwner(onEnd: () => void): void {
  const lines = createInterface({ input: process.stdin })
  lines.once('close', onEnd)
  if ((process.env['AMBROSIA_ENV'] ?? 'development') !== 'development') return
  const atStart = process.env['AMBROSIA_KILL_AT']
  if (atStart !== undefined) KillPoint.arm(atStart)
  const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`)
  lines.on('line', (line) => {
    if (line === 'kill-points') say({ killPoints: KillPoint.passedPoints() })
    const point = /^kill-at ([\w.-]+)$/.exec(line)?.[1]
    if (point === undefined) return
    KillPoint.arm(point)
    say({ killAt: point })
  })
}

function tell(error: unknown): void {
  if (error instanceof AmbrosiaError) {
    const hint = error.hint === undefined ? '' : `\n${error.hint}`
    process.stderr.write(`${error.code}: ${error.message}${hint}\n`)
    return
  }
  process.stderr.write(`${JSON.stringify({ err: describeError(error) })}\n`)
}

class CloseTimeoutError extends AmbrosiaError {
  constructor() {
    super('Service.CloseTimeout', `requests did not end within ${CLOSE_TIMEOUT_MS / 1000} s`)
  }
}
