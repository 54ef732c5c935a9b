// The side of a game that is called: takes the other side's letters, and answers with its own.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import type { Seat } from './ClaimBook.ts'
import { type Answer, assertWrittenBy, type Letter, signLetter } from './letters.ts'
import { createMailbox, TEXT_BYTES } from './Mailbox.ts'
import type { Channel } from './messages.ts'

/** Letters that a caller may still ask for; a side that comes back needs the last two. */
const KEPT_LETTERS = 16

type Wait = { timeoutMs: number; signal: AbortSignal }

export type LetterHost = {
  /** The messages of a game with its other side, for whom the host answers from now on. */
  open(game: Hex, other: Hex, wait: Wait): Channel
  close(game: Hex): void
  /**
   * Takes a letter and answers with what its writer has not got; waits a little for a letter where
   * there is none yet.
   * @throws Dispute.NoTalk, Dispute.LetterRefused, Dispute.MailboxFull
   */
  answer(game: Hex, letter: Letter, signal?: AbortSignal): Promise<Answer>
}

type Talk = { other: Hex; letters: Promise<Letter>[]; sent: number; wakes: Set<() => void> }

/**
 * @param options.session random; of this process
 * @param options.waitMs how long a caller is kept waiting, at most
 */
export function createLetterHost(
  seat: Pick<Seat, 'account' | 'chainId' | 'claimBook'>,
  { session, waitMs = 10_000 }: { session: string; waitMs?: number },
): LetterHost {
  const talks = new Map<Hex, Talk>()
  const mailbox = createMailbox()
  return {
    open(game, other, wait) {
      const talk: Talk = { other, letters: [], sent: 0, wakes: new Set() }
      talks.set(game, talk)
      return {
        send(text) {
          const content = { game, session, number: talk.sent++, text }
          talk.letters = [...talk.letters, signLetter(seat.account, seat, content)]
          talk.letters = talk.letters.slice(-KEPT_LETTERS)
          for (const wake of talk.wakes) wake()
        },
        next: () => mailbox.take(game, other, wait),
      }
    },
    close: (game) => void talks.delete(game),
    async answer(game, letter, signal) {
      const talk = talks.get(game)
      if (talk === undefined) throw new NoTalkError()
      await assertWrittenBy(seat, letter, { game, by: talk.other })
      if (letter.text !== '' && !mailbox.put(game, talk.other, letter.text)) throw new FullError()
      const from = letter.session === session ? letter.number : 0
      // A caller who said something comes back for the answer.
      if (letter.text === '' && talk.sent <= from) await wakeOf(talk, { waitMs, signal })
      const letters = await Promise.all(talk.letters)
      return { session, letters: letters.filter(({ number }) => number >= from) }
    },
  }
}

/** Resolves with the next letter, or when it is time to answer that there is none. */
function wakeOf(
  { wakes }: Talk,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal | undefined },
) {
  return new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      wakes.delete(wake)
      resolve()
    }
    const timer = setTimeout(wake, waitMs)
    signal?.addEventListener('abort', wake, { once: true })
    wakes.add(wake)
  })
}

export class NoTalkError extends AmbrosiaError {
  constructor() {
    super('Dispute.NoTalk', 'no game of this id is played by messages here', {
      hint: 'The player may not have seen it yet: ask again.',
    })
  }
}

export class FullError extends AmbrosiaError {
  constructor() {
    super('Dispute.MailboxFull', `a letter is too many, or longer than ${TEXT_BYTES} characters`, {
      hint: 'Say it again when the ones before were answered.',
    })
  }
}
