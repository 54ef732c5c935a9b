// What the two sides of a game write to each other: docs/protocol/dispute.md, section 6.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'

/** How the two sides reach each other; every message is one text. */
export type Channel = {
  send(text: string): void
  /** The next message. Rejects when none comes in the time that the player allows. */
  next(): Promise<string>
}

export type Split = { kind: 'split'; depth: number; states: Hex[] }
export type Pick = { kind: 'pick'; depth: number; segment: number; signature: Hex }
export type Sign = { kind: 'sign'; depth: number; signature: Hex }
/** "I stand at this depth: say again what you said last." */
export type Resume = { kind: 'resume'; depth: number }

export type Message = Split | Pick | Sign | Resume

/** A split of 31 states is the longest message. */
const TEXT_LIMIT = 8192

/**
 * Reads what came. Says nothing about whether it was to come now, nor who signed it.
 * @throws Dispute.Message
 */
export function parseMessage(text: string, due: string): Message {
  let message: Partial<Message> | null
  try {
    message = text.length > TEXT_LIMIT ? null : (JSON.parse(text) as Partial<Message> | null)
  } catch {
    throw new MessageError(due)
  }
  if (!isMessage(message)) throw new MessageError(due)
  return message
}

function isMessage(message: Partial<Message> | null): message is Message {
  if (!Number.isSafeInteger(message?.depth) || (message?.depth as number) < 0) return false
  if (message?.kind === 'resume') return true
  if (message?.kind === 'split') return areStates(message.states)
  if (message?.kind === 'pick' && !Number.isInteger(message.segment)) return false
  const isSigned = message?.kind === 'pick' || message?.kind === 'sign'
  return isSigned && /^0x[0-9a-f]{130}$/.test(String(message.signature))
}

function areStates(states: unknown): boolean {
  return Array.isArray(states) && states.every((state) => /^0x[0-9a-f]{64}$/.test(String(state)))
}

export class MessageError extends AmbrosiaError {
  constructor(what: string) {
    super('Dispute.Message', `the other side sent no proper ${what}`, {
      hint: 'The game goes on on the chain.',
    })
  }
}

export class SilenceError extends AmbrosiaError {
  constructor(what: string) {
    super('Dispute.Silence', `the other side sent no ${what} in time`, {
      hint: 'The game goes on on the chain.',
    })
  }
}
