import { setTimeout as pause } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { assertNotInterrupted } from '../Process.ts'

const TIMEOUT_MS = 60_000
const POLL_MS = 50

/** Waits until something is so. @throws Devnet.NotReady after a minute, Interrupted */
export async function waitFor(
  what: string,
  isDone: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS
  while (!(await isDone())) {
    assertNotInterrupted(signal)
    if (Date.now() > deadline) throw new NotReadyError(what)
    await pause(POLL_MS)
  }
}

export class NotReadyError extends AmbrosiaError {
  constructor(what: string) {
    super('Devnet.NotReady', `timed out after ${TIMEOUT_MS / 1000} s waiting until ${what}`, {
      hint: 'Read the logs in the home of the network.',
    })
  }
}
