// From a position of a game to the move of an honest player: docs/protocol/dispute.md, section 5.

import { type Game, GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { concat as concatHex, type Hex, keccak256 } from 'viem'
import { pointsOf } from './Bisection.ts'
import { type Claim, toHash } from './Claim.ts'
import type { Run } from './Run.ts'

/**
 * A game as it stands, and what the asserter posted last, where the challenger has to answer it.
 */
export type Position = { game: Game; posted: readonly Hex[] }

/** Which circuit proves a link. */
export type CircuitName = 'genesis' | 'step' | 'final'

export type Move =
  | { kind: 'split'; depth: number; states: readonly Hex[] }
  | { kind: 'pick'; depth: number; segment: number; states: readonly Hex[] }
  | { kind: 'prove'; depth: number; circuit: CircuitName; input: object }

/** Whose turn it is; undefined in a game that is over. */
export function turnOf({ status }: Game): 'asserter' | 'challenger' | undefined {
  if (status === GameStatus.Pick) return 'challenger'
  return status === GameStatus.Split || status === GameStatus.Prove ? 'asserter' : undefined
}

/** The asserter's move, when it is theirs. @throws Dispute.Turn */
export async function asserterMove({ game }: Position, content: Claim, run: Run): Promise<Move> {
  const { status, depth, low, high } = game
  if (status === GameStatus.Split) {
    const states = await run.hashesAt(pointsOf(low, high).slice(1, -1))
    return { kind: 'split', depth, states: states.map(toHash) }
  }
  if (status !== GameStatus.Prove) throw new TurnError()
  if (game.link === Link.Genesis) {
    return { kind: 'prove', depth, circuit: 'genesis', input: await run.genesisInput() }
  }
  if (game.link === Link.Final) {
    return { kind: 'prove', depth, circuit: 'final', input: await run.finalInput(content.steps) }
  }
  return { kind: 'prove', depth, circuit: 'step', input: await run.stepInput(low) }
}

/**
 * The challenger's move, when it is theirs: denies the first posted state that is not their own.
 * @throws Dispute.Turn, Dispute.Posted, Dispute.NoDifference
 */
export async function challengerMove({ game, posted }: Position, run: Run): Promise<Move> {
  if (game.status !== GameStatus.Pick) throw new TurnError()
  if (keccak256(concatHex([...posted])) !== game.split) throw new PostedError()
  const points = pointsOf(game.low, game.high)
  const claimed = [game.lowState, ...posted, game.highState]
  const own = (await run.hashesAt(points)).map(toHash)
  const first = claimed.findIndex((state, index) => state !== own[index])
  // What was accepted before is not denied now: then the game should not have been opened.
  if (first <= 0) throw new NoDifferenceError()
  return { kind: 'pick', depth: game.depth, segment: first - 1, states: posted }
}

export class TurnError extends AmbrosiaError {
  constructor() {
    super('Dispute.Turn', 'the other side is to move')
  }
}

export class PostedError extends AmbrosiaError {
  constructor() {
    super('Dispute.Posted', 'the states are not those that were posted in this position', {
      hint: 'Read the chain again; it may have been reorganised.',
    })
  }
}

export class NoDifferenceError extends AmbrosiaError {
  constructor() {
    super('Dispute.NoDifference', 'every state here is what the own machine has', {
      hint: 'The claim is true, or the accepted state was not checked; do not play on.',
    })
  }
}
