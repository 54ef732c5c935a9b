// What the two sides of a game write to each other: docs/protocol/dispute.md, section 6.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'

/** How the two sides reach each other; every message is one text. */
export type Channel = {
  send(text: string): void
  /** The next message. Rejects when none comes in the time that the player allows. */
  next(): Promise<string>
}

/** `points`, decimal: where the states lie, when not at equal distances. */
export type Split = { kind: 'split'; depth: number; states: Hex[]; points?: string[] }
/** Digests of the states between two numbers of steps, decimal, at equal distances. */
export type Sketch = { kind: 'sketch'; depth: number; low: string; high: string; digests: Hex[] }
/** The segment of a sketch in which the runs part. */
export type Narrow = { kind: 'narrow'; depth: number; low: string; high: string }
export type Pick = { kind: 'pick'; depth: number; segment: number; signature: Hex }
export type Sign = { kind: 'sign'; depth: number; signature: Hex }
/** "I stand at this depth: say again what you said last." */
export type Resume = { kind: 'resume'; depth: number }

export type Message = Split | Sketch | Narrow | Pick | Sign | Resume

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
  if (message?.kind === 'split') {
    const { states, points } = message
    return areHashes(states) && (points === undefined || areSteps(points, states.length))
  }
  if (message?.kind === 'sketch' || message?.kind === 'narrow') {
    if (message.kind === 'sketch' && !areHashes(message.digests)) return false
    return areSteps([message.low, message.high], 2)
  }
  if (message?.kind === 'pick' && !Number.isInteger(message.segment)) return false
  const isSigned = message?.kind === 'pick' || message?.kind === 'sign'
  return isSigned && /^0x[0-9a-f]{130}$/.test(String(message.signature))
}

function areHashes(hashes: unknown): hashes is Hex[] {
  return Array.isArray(hashes) && hashes.every((hash) => /^0x[0-9a-f]{64}$/.test(String(hash)))
}

/**
 * Numbers of steps of at most 20 digits: that they lie where they may is seen by whoever reads on.
 */
function areSteps(steps: unknown, count: number): boolean {
  if (!Array.isArray(steps) || steps.length !== count) return false
  return steps.every((step) => typeof step === 'string' && /^\d{1,20}$/.test(step))
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
