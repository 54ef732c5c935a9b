// Splits as they were first made or answered, so that they are the same after a crash, and whatever
// the other side signs about one can be recognised.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import type { Hex } from 'viem'
import { pointsOf } from './Bisection.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoints.ts'
import { MessageError } from './messages.ts'
import { type Player, parseKept } from './Player.ts'

/** Numbers of steps between, ascending, and the states after them. */
export type Between = { points: readonly bigint[]; states: readonly Hex[] }

/** A position and what a split says lies between. */
export type Offer = { at: Checkpoint } & Between

/**
 * The split of a position: that of before, or a new one, kept before anybody sees it.
 * @throws Dispute.Message where the kept one is of another position of this depth
 */
export async function keepOffer(
  player: Player,
  at: Checkpoint,
  makeBetween: () => Promise<Between>,
): Promise<Offer> {
  const known = await readOffer(player, at.game, at.depth)
  if (known === undefined) {
    const offer = { at, ...(await makeBetween()) }
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
  const [checkpoint, states, points] = parseKept<[string, Hex[], string[]?]>(key, text)
  const at = decodeCheckpoint(key, checkpoint)
  return { at, states, points: points?.map(BigInt) ?? evenly(at, states.length) }
}

/** Numbers of steps at equal distances, where a split does not say where its states lie. */
export function evenly({ low, high }: Checkpoint, count: number): bigint[] {
  return pointsOf(low, high, BigInt(count + 1)).slice(1, -1)
}

/** The positions that picks lead to, by segment. */
export function picksOf({ at, states, points: between }: Offer): Checkpoint[] {
  const points = [at.low, ...between, at.high]
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

function encode({ at, states, points }: Offer): string {
  return JSON.stringify([encodeCheckpoint(at), states, points.map(String)])
}
