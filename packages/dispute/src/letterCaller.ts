// The side of a game that calls: posts its letters to the other side, and asks for theirs.

import { pause } from '@ambrosia/chain/follow'
import type { Hex } from 'viem'
import type { Seat } from './ClaimBook.ts'
import { type Answer, assertWrittenBy, type Letter, signLetter } from './letters.ts'
import { NoMessageError } from './Mailbox.ts'
import type { Channel } from './messages.ts'

/** Between two calls of which the first was not answered. */
const RETRY_MS = 500
/** Letters that are taken in, beyond which a host plays about. */
const MOST_WAITING = 64

export type Caller = Channel & { close(): void }

/**
 * The messages of a game with a host. A host that can't be reached, or came back, is called again.
 * @param post calls the host; rejects where it can't be reached or refuses
 */
export function callHost(
  seat: Pick<Seat, 'account' | 'chainId' | 'claimBook'>,
  options: {
    game: Hex
    other: Hex
    timeoutMs: number
    signal: AbortSignal
    post: (letter: Letter, signal: AbortSignal) => Promise<Answer>
  },
): Caller {
  const { game, other, timeoutMs, post } = options
  const closing = new AbortController()
  const signal = AbortSignal.any([options.signal, closing.signal])
  const leaving: string[] = []
  const came: string[] = []
  let session = ''
  let number = 0
  let calls = Promise.resolve()

  const call = async (): Promise<void> => {
    const [text = ''] = leaving
    const letter = await signLetter(seat.account, seat, { game, session, number, text })
    const answer = await post(letter, signal)
    if (text !== '') leaving.shift()
    if (answer.session !== session) number = 0
    session = answer.session
    for (const one of answer.letters) {
      if (one.number < number || one.session !== session) continue
      await assertWrittenBy(seat, one, { game, by: other })
      if (came.length < MOST_WAITING) came.push(one.text)
      number = one.number + 1
    }
  }
  const callAgain = async (untilMs: number): Promise<void> => {
    signal.throwIfAborted()
    if (performance.now() > untilMs) throw new NoMessageError()
    await call().catch(() => pause(RETRY_MS, signal))
  }
  /** One call at a time, whoever wants it. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = calls.then(work)
    calls = done.catch(() => {})
    return done
  }
  return {
    send(text) {
      leaving.push(text)
      const untilMs = performance.now() + timeoutMs
      const leave = async () => {
        while (leaving.includes(text)) await callAgain(untilMs)
      }
      // What does not arrive is silence, and the other side knows what to do about that.
      void inTurn(leave).catch(() => {})
    },
    async next() {
      const untilMs = performance.now() + timeoutMs
      const fetchOne = async () => {
        while (came.length === 0) await callAgain(untilMs)
      }
      await inTurn(fetchOne)
      return came.shift() as string
    },
    close: () => closing.abort(),
  }
}
