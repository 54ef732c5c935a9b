// A game played by signed messages; the chain sees the opening and the end.
// docs/protocol/dispute.md, section 6.

import { type Checkpoint, claimBookAbi, type Game, GameStatus } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import { ARITY, isLong, pointsOf, segmentsByMessages } from './Bisection.ts'
import { toHash } from './Claim.ts'
import { readPosition, type Seat } from './ClaimBook.ts'
import { signOnce } from './checkpoints.ts'
import { noteSigned, receive, say, type Talk } from './conversation.ts'
import { type CoSigned, keepCoSigned, readCoSigned } from './coSigned.ts'
import { deniedSegment } from './decide.ts'
import { type Channel, type Message, MessageError } from './messages.ts'
import { type Between, evenly, keepOffer, picksOf, readOffer } from './offers.ts'
import type { Player } from './Player.ts'
import { answerSketch, narrowByDigests } from './sketch.ts'

export type { Channel } from './messages.ts'

/**
 * Plays the splits and picks of a game over its steps by messages, as far as the other side does,
 * and no longer than half of the clock that runs on the chain meanwhile. Goes on from the deepest
 * position that both signed, which is kept; `look` brings it to the chain, and plays the rest
 * there where the other side fell silent, sent nonsense or signed twice.
 * @returns picks that both signed in this talk
 * @throws Chain.*, Dispute.*, Machine.*
 */
export async function playOffChain(player: Player, game: Hex, channel: Channel): Promise<number> {
  const position = (await readPosition(player.seat, game)).game
  if (position.status !== GameStatus.Split) return 0
  const { role, claim } = player
  const other = role === 'asserter' ? position.challenger : claim.claimant
  const untilMs = performance.now() + (await timeLeftMs(player.seat, game)) / 2
  const talk: Talk = { player, channel, game, other, isSketched: false, said: [], untilMs }
  const kept = await readCoSigned(player, game)
  let at = positionOf(game, position)
  let picks = 0
  if (kept !== undefined && kept.checkpoint.depth > at.depth) {
    at = kept.checkpoint
    if (role === 'asserter') say(talk, signOf(kept))
  }
  if (role === 'challenger') channel.send(resume(at))
  try {
    for (; at.high - at.low > 1n; picks++) {
      if (at.depth >= MOST_PICKS) throw new MessageError('split')
      const signed =
        role === 'asserter' ? await splitAndSign(talk, at) : await pickAndSign(talk, at)
      at = signed.checkpoint
    }
  } catch (error) {
    // Whatever the other side did or left, the chain is there.
    const isTheirs = ['Dispute.Message', 'Dispute.Silence', 'Dispute.Equivocation']
    if (!isTheirs.some((code) => hasCode(error, code))) throw error
  }
  return picks
}

/**
 * Halving 2^64 steps takes 64, and a sketch or the chain a few more: splits that hardly shorten
 * the stretch end the messages.
 */
const MOST_PICKS = 96n

function positionOf(id: Hex, { depth, low, high, lowState, highState }: Game): Checkpoint {
  return { game: id, depth: BigInt(depth), low, high, lowState, highState }
}

/** Of the side that is on turn on the chain. */
async function timeLeftMs({ client, claimBook }: Seat, game: Hex): Promise<number> {
  const read = { address: claimBook, abi: claimBookAbi, functionName: 'deadlineOf' } as const
  const deadline = await reach(() => client.readContract({ ...read, args: [game] }))
  const { timestamp } = await reach(() => client.getBlock())
  return Math.max(0, Number(deadline - timestamp)) * 1000
}

async function splitAndSign(talk: Talk, at: Checkpoint): Promise<CoSigned> {
  const { player } = talk
  const depth = Number(at.depth)
  const offer = await keepOffer(player, at, async () => {
    const points = await pointsBetween(talk, at)
    return { points, states: (await player.run.hashesAt(points)).map(toHash) }
  })
  const { states, points } = offer
  say(talk, { kind: 'split', depth, states: [...states], points: points.map(String) })
  const message = await receive(talk, 'pick', depth)
  const picks = picksOf(offer)
  const checkpoint = picks[message.segment]
  const theirs = await noteSigned(talk, message.signature, checkpoint, picks)
  if (theirs?.checkpoint !== checkpoint || checkpoint === undefined) throw new MessageError('pick')
  const signature = await signOnce(player, checkpoint)
  const signed = { checkpoint, asserter: signature, challenger: message.signature }
  // Kept before it is sent: so the asserter is never behind.
  await keepCoSigned(player, signed)
  talk.said = []
  say(talk, signOf(signed))
  return signed
}

/** Where the states of a split lie: about the place where the runs part, when that was found. */
async function pointsBetween(talk: Talk, at: Checkpoint): Promise<bigint[]> {
  if (!isLong(at.low, at.high) || talk.isSketched) {
    return pointsOf(at.low, at.high, segmentsByMessages(at.low, at.high)).slice(1, -1)
  }
  const { low, high } = await narrowByDigests(talk, at)
  return [low, high].filter((point) => at.low < point && point < at.high)
}

async function pickAndSign(talk: Talk, at: Checkpoint): Promise<CoSigned> {
  const { player } = talk
  const depth = Number(at.depth)
  // After a crash it may have been answered already, and is not sent again.
  const known = await readOffer(player, at.game, at.depth)
  const between = known ?? (await receiveSplit(talk, at))
  // Only the first split of a depth is answered.
  await keepOffer(player, at, async () => between)
  const points = [at.low, ...between.points, at.high]
  const claimed = [at.lowState, ...between.states, at.highState]
  const segment = await deniedSegment(player.run, points, claimed)
  const picks = picksOf({ at, ...between })
  const checkpoint = segment === undefined ? undefined : picks[segment]
  if (segment === undefined || checkpoint === undefined) throw new MessageError('split')
  const signature = await signOnce(player, checkpoint)
  talk.said = []
  say(talk, { kind: 'pick', depth, segment, signature })
  const answer = await receive(talk, 'sign', depth)
  const theirs = await noteSigned(talk, answer.signature, checkpoint, picks)
  if (theirs?.checkpoint !== checkpoint) throw new MessageError('signature')
  const signed = { checkpoint, asserter: answer.signature, challenger: signature }
  await keepCoSigned(player, signed)
  return signed
}

/** The split that is due, sketches before it answered. @throws Dispute.Message, Dispute.Silence */
async function receiveSplit(talk: Talk, at: Checkpoint): Promise<Between> {
  const depth = Number(at.depth)
  for (let sketches = 0; sketches < MOST_SKETCHES; sketches++) {
    const message = await receive(talk, 'split', depth, 'sketch')
    if (message.kind === 'sketch') {
      await answerSketch(talk, at, message)
      continue
    }
    const { states } = message
    if (states.length === 0 || states.length >= ARITY) throw new MessageError('split')
    const points = message.points?.map(BigInt) ?? evenly(at, states.length)
    const ends = [at.low, ...points, at.high]
    const isEach = points.length === states.length
    const isAscending = ends.every((point, i) => i === 0 || (ends[i - 1] as bigint) < point)
    if (!isEach || !isAscending) throw new MessageError('split')
    return { points, states }
  }
  throw new MessageError('split')
}

/** Each may cost a run of the whole stretch; an asserter that came back sketches anew. */
const MOST_SKETCHES = 64

function signOf({ checkpoint, asserter }: CoSigned): Message {
  return { kind: 'sign', depth: Number(checkpoint.depth) - 1, signature: asserter }
}

function resume({ depth }: Checkpoint): string {
  return JSON.stringify({ kind: 'resume', depth: Number(depth) } satisfies Message)
}
