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
 * The challenger's move, when it is theirs: accepts a state that is their own and denies the next.
 * @throws Dispute.Turn, Dispute.Posted, Dispute.NoDifference
 */
export async function challengerMove({ game, posted }: Position, run: Run): Promise<Move> {
  if (game.status !== GameStatus.Pick) throw new TurnError()
  if (keccak256(concatHex([...posted])) !== game.split) throw new PostedError()
  const points = pointsOf(game.low, game.high)
  const claimed = [game.lowState, ...posted, game.highState]
  const segment = await deniedSegment(run, points, claimed)
  // What was accepted before is not denied now: then the game should not have been opened.
  if (segment === undefined) throw new NoDifferenceError()
  return { kind: 'pick', depth: game.depth, segment, states: posted }
}

/**
 * A segment whose first state is the run's and whose last is not, found with a few of the states
 * between: it need not be the first one.
 * @param claimed the states at these numbers of steps, as somebody else says
 * @returns undefined where the states at both ends do not differ so
 */
export async function deniedSegment(
  run: Run,
  points: readonly bigint[],
  claimed: readonly Hex[],
): Promise<number | undefined> {
  const isOwn = async (index: number) => {
    const [hash] = await run.hashesAt([points[index] as bigint])
    return toHash(hash as bigint) === claimed[index]
  }
  let [low, high] = [0, points.length - 1]
  if (!(await isOwn(low)) || (await isOwn(high))) return undefined
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (await isOwn(middle)) low = middle
    else high = middle
  }
  return low
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
