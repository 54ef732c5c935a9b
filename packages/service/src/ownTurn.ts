import { setImmediate as nextTurn } from 'node:timers/promises'

let last: Promise<void> = Promise.resolve()

/**
 * Settles for each caller in a turn of the event loop of its own, in their order: for work that
 * takes milliseconds of the processor, of which many at once would let nobody else be answered.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => nextTurn())
  return last
}
