import { setTimeout as pause } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { assertNotInterrupted } from '../Process.ts'

const TIMEOUT_MS = 60_000
/** Each look costs who is asked some milliseconds of the start that is waited for. */
const POLL_MS = 150

/**
 * Waits until something is so.
 * @throws Devnet.NotReady after a while (default a minute), Interrupted
 */
export async function waitFor(
  what: string,
  isDone: () => Promise<boolean>,
  signal: AbortSignal | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isDone())) {
    assertNotInterrupted(signal)
    if (Date.now() > deadline) throw new NotReadyError(what, timeoutMs)
    await pause(POLL_MS)
  }
}

export class NotReadyError extends AmbrosiaError {
  constructor(what: string, timeoutMs: number) {
    super('Devnet.NotReady', `timed out after ${timeoutMs / 1000} s waiting until ${what}`, {
      hint: 'Read the logs in the home of the network.',
    })
  }
}
