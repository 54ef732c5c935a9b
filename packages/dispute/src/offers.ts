// Splits as they were first made or answered, so that they are the same after a crash, and whatever
// the other side signs about one can be recognised.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import type { Hex } from 'viem'
import { pointsOf } from './Bisection.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoints.ts'
import { MessageError } from './messages.ts'
import { type Player, parseKept } from './Player.ts'

/** A position and the states between. */
export type Offer = { at: Checkpoint; states: readonly Hex[] }

/**
 * The split of a position: that of before, or a new one, kept before anybody sees it.
 * @throws Dispute.Message where the kept one is of another position of this depth
 */
export async function keepOffer(
  player: Player,
  at: Checkpoint,
  makeStates: () => Promise<readonly Hex[]>,
): Promise<Offer> {
  const known = await readOffer(player, at.game, at.depth)
  if (known === undefined) {
    const offer = { at, states: await makeStates() }
    await player.store.write(keyOf(at.game, at.depth), encode(offer))
    return offer
  }
  if (encodeCheckpoint(known.at) !== encodeCheckpoint(at)) throw new MessageError('position')
  return known
}

/** @throws Dispute.MoveDamaged */
export async function readOffer(
  { store }: Player,
  game: Hex,
  depth: bigint | number,
): Promise<Offer | undefined> {
  const key = keyOf(game, depth)
  const text = await store.read(key)
  if (text === undefined) return undefined
  const [at, states] = parseKept<[string, Hex[]]>(key, text)
  return { at: decodeCheckpoint(key, at), states }
}

/** The positions that picks lead to, by segment. */
export function picksOf({ at, states }: Offer): Checkpoint[] {
  const points = pointsOf(at.low, at.high, BigInt(states.length + 1))
  const claimed = [at.lowState, ...states, at.highState]
  return points.slice(1).map((high, segment) => ({
    game: at.game,
    depth: at.depth + 1n,
    low: points[segment] as bigint,
    high,
    lowState: claimed[segment] as Hex,
    highState: claimed[segment + 1] as Hex,
  }))
}

function keyOf(game: Hex, depth: bigint | number): string {
  return `${game}-offered-${depth}`
}

function encode({ at, states }: Offer): string {
  return JSON.stringify([encodeCheckpoint(at), states])
}
