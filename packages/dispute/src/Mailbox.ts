import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** Texts that wait for a game, at most; an honest side has sent two when none was taken yet. */
const WAITING_COUNT = 8
/** Games with texts that wait. */
const GAME_COUNT = 256
/** A split has 31 states. */
export const TEXT_BYTES = 8192

/** Messages of games from other members, until whoever plays takes them. */
export type Mailbox = {
  /** False where there is no room: then the other side plays on the chain. */
  put(game: Hex, sender: Hex, text: string): boolean
  /** The next one. @throws Dispute.NoMessage when none comes in time, what the signal says */
  take(game: Hex, sender: Hex, options: { timeoutMs: number; signal: AbortSignal }): Promise<string>
}

export function createMailbox(): Mailbox {
  const texts = new Map<string, string[]>()
  const takers = new Map<string, (text: string) => void>()
  return {
    put(game, sender, text) {
      const key = `${game}-${sender}`
      const taker = takers.get(key)
      if (taker !== undefined) {
        takers.delete(key)
        taker(text)
        return true
      }
      const waiting = texts.get(key) ?? []
      if (waiting.length >= WAITING_COUNT || text.length > TEXT_BYTES) return false
      if (waiting.length === 0 && texts.size >= GAME_COUNT) return false
      texts.set(key, [...waiting, text])
      return true
    },
    take(game, sender, { timeoutMs, signal }) {
      const key = `${game}-${sender}`
      const [first, ...rest] = texts.get(key) ?? []
      if (rest.length > 0) texts.set(key, rest)
      else texts.delete(key)
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve, reject) => {
        const timeout = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
        const end = () => {
          takers.delete(key)
          reject(signal.aborted ? (signal.reason as Error) : new NoMessageError())
        }
        timeout.addEventListener('abort', end, { once: true })
        if (timeout.aborted) return end()
        takers.set(key, (text) => {
          timeout.removeEventListener('abort', end)
          resolve(text)
        })
      })
    },
  }
}

export class NoMessageError extends AmbrosiaError {
  constructor() {
    super('Dispute.NoMessage', 'no message of the other side came in time')
  }
}
