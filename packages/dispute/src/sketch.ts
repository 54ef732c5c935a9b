// Where two runs part, found by digests of whole states before a state is hashed:
// docs/protocol/dispute.md, section 6. A side that lies in them gains a round or two.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import type { Hex } from 'viem'
import { ARITY, isLong, pointsOf, sketchPointsOf } from './Bisection.ts'
import { receive, say, type Talk } from './conversation.ts'
import { MessageError, type Sketch } from './messages.ts'

/** Two numbers of steps. */
type Stretch = { low: bigint; high: bigint }

/** Answers that fit no segment of the sketch they follow, before the other side plays about. */
const MOST_ASTRAY = 16

/**
 * The asserter's side: digests of a few states of the stretch, and again of the segment that the
 * challenger names, until it is short. @throws Dispute.Message, Dispute.Silence, Machine.*
 */
export async function narrowByDigests(talk: Talk, at: Checkpoint): Promise<Stretch> {
  talk.isSketched = true
  let stretch: Stretch = { low: at.low, high: at.high }
  while (isLong(stretch.low, stretch.high)) {
    const points = sketchPointsOf(stretch.low, stretch.high)
    const digests = (await talk.player.run.digestsAt(points)).slice(1, -1)
    const [low, high] = [String(stretch.low), String(stretch.high)]
    say(talk, { kind: 'sketch', depth: Number(at.depth), low, high, digests })
    stretch = await receiveSegment(talk, Number(at.depth), points)
    talk.said = []
  }
  return stretch
}

/** Passes over what answered an earlier sketch. */
async function receiveSegment(
  talk: Talk,
  depth: number,
  points: readonly bigint[],
): Promise<Stretch> {
  for (let astray = 0; astray < MOST_ASTRAY; astray++) {
    const message = await receive(talk, 'narrow', depth)
    const [low, high] = [BigInt(message.low), BigInt(message.high)]
    const segment = points.indexOf(low)
    if (segment >= 0 && points[segment + 1] === high) return { low, high }
  }
  throw new MessageError('narrow')
}

/**
 * The challenger's answer to a sketch: the segment that begins with its own state and does not end
 * with it. @throws Dispute.Message where the sketch is not of this position
 */
export async function answerSketch(talk: Talk, at: Checkpoint, sketch: Sketch): Promise<void> {
  const [low, high] = [BigInt(sketch.low), BigInt(sketch.high)]
  const parts = BigInt(sketch.digests.length + 1)
  const isInside = at.low <= low && low < high && high <= at.high
  if (!isInside || parts < 2n || parts > ARITY || parts > high - low) {
    throw new MessageError('sketch')
  }
  const points = pointsOf(low, high, parts)
  const own = (await talk.player.run.digestsAt(points)).slice(1, -1)
  const segment = firstDifference(own, sketch.digests)
  const [from, to] = points.slice(segment, segment + 2).map(String) as [string, string]
  talk.said = []
  say(talk, { kind: 'narrow', depth: sketch.depth, low: from, high: to })
}

/** Where nothing between differs, the end does. */
function firstDifference(own: readonly Hex[], theirs: readonly Hex[]): number {
  const found = own.findIndex((digest, index) => digest !== theirs[index])
  return found < 0 ? own.length : found
}
