// One side of a game: what it plays with.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex, TransactionReceipt } from 'viem'
import type { MadeClaim, Seat } from './ClaimBook.ts'
import type { CircuitName, Move } from './decide.ts'
import type { Run } from './Run.ts'

/** Points of a proof as the contract takes them. */
type Points = { a: readonly Hex[]; b: readonly (readonly Hex[])[]; c: readonly Hex[] }

/** A move as it is kept and sent; nothing in it is private. */
export type Sendable =
  | Exclude<Move, { kind: 'prove' }>
  | { kind: 'prove'; depth: number; circuit: CircuitName; proof: Points }

/** Where moves are kept before they are sent, by names of letters, digits and hyphens. */
export type MoveStore = {
  read(key: string): Promise<string | undefined>
  write(key: string, text: string): Promise<void>
}

export type Player = {
  role: 'asserter' | 'challenger'
  seat: Seat
  claim: MadeClaim
  run: Run
  store: MoveStore
  prove(circuit: CircuitName, input: object): Promise<{ proof: Points }>
  /** Told of every transaction. */
  onSent?: (
    what:
      | Sendable['kind']
      | 'callTime'
      | 'leaveGame'
      | 'enter'
      | 'enterAndProve'
      | 'showEquivocation',
    receipt: TransactionReceipt,
  ) => void
}

/** A proof as the contract takes it. */
export function toProof({ a, b, c }: Points): {
  a: Pair
  b: readonly [Pair, Pair]
  c: Pair
} {
  const pair = (values: readonly Hex[]) => values.map(BigInt) as unknown as Pair
  return { a: pair(a), b: b.map(pair) as unknown as [Pair, Pair], c: pair(c) }
}

type Pair = readonly [bigint, bigint]

/** What was kept, as JSON. @throws Dispute.MoveDamaged */
export function parseKept<T>(key: string, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new MoveDamagedError(key)
  }
}

export class MoveDamagedError extends AmbrosiaError {
  constructor(key: string) {
    super('Dispute.MoveDamaged', `the kept move ${key} is damaged; nothing was sent`, {
      hint: 'Look for a failing disk. Take the file away, and the same move is made from the run again.',
    })
  }
}
