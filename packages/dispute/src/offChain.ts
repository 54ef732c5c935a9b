// A game played by signed messages; the chain sees the opening and the end.
// docs/protocol/dispute.md, section 6.

import { type Checkpoint, claimBookAbi, type Game, GameStatus } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import { ARITY, pointsOf, segmentsByMessages } from './Bisection.ts'
import { toHash } from './Claim.ts'
import { readPosition, type Seat } from './ClaimBook.ts'
import { findSigned, keepTheirs, type Signed, signOnce } from './checkpoints.ts'
import { type CoSigned, keepCoSigned, readCoSigned } from './coSigned.ts'
import { deniedSegment } from './decide.ts'
import { type Channel, type Message, MessageError, parseMessage, SilenceError } from './messages.ts'
import { keepOffer, picksOf, readOffer } from './offers.ts'
import type { Player } from './Player.ts'

export type { Channel } from './messages.ts'

/** The messages of one game. */
type Talk = {
  player: Player
  channel: Channel
  game: Hex
  /** The other side's account. */
  other: Hex
  /** What was sent last, for a side that comes back and asks for it. */
  said: Message[]
  /** When the rest is left to the chain, `performance.now()`. */
  untilMs: number
}

/** Messages that are not the one due, in one turn, before the other side is taken to play about. */
const MOST_PASSED_OVER = 64

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
  const talk: Talk = { player, channel, game, other, said: [], untilMs }
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
  const parts = segmentsByMessages(at.low, at.high)
  const points = pointsOf(at.low, at.high, parts).slice(1, -1)
  const offer = await keepOffer(player, at, async () =>
    (await player.run.hashesAt(points)).map(toHash),
  )
  say(talk, { kind: 'split', depth, states: [...offer.states] })
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

async function pickAndSign(talk: Talk, at: Checkpoint): Promise<CoSigned> {
  const { player } = talk
  const depth = Number(at.depth)
  // After a crash it may have been answered already, and is not sent again.
  const known = await readOffer(player, at.game, at.depth)
  const { states } = known ?? (await receive(talk, 'split', depth))
  const parts = BigInt(states.length + 1)
  if (parts < 2n || parts > ARITY || parts > at.high - at.low) throw new MessageError('split')
  // Only the first split of a depth is answered.
  await keepOffer(player, at, async () => states)
  const points = pointsOf(at.low, at.high, parts)
  const claimed = [at.lowState, ...states, at.highState]
  const segment = await deniedSegment(player.run, points, claimed)
  const picks = picksOf({ at, states })
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

/**
 * Which position the other side signed, the one that is due or another of the same split, kept as
 * evidence. @throws Dispute.Equivocation
 */
async function noteSigned(
  { player, other }: Talk,
  signature: Hex,
  due: Checkpoint | undefined,
  picks: readonly Checkpoint[],
): Promise<Signed | undefined> {
  const candidates = due === undefined ? picks : [due, ...picks.filter((one) => one !== due)]
  const signed = await findSigned(player, candidates, { by: other, signature })
  if (signed !== undefined) await keepTheirs(player, signed)
  return signed
}

function say(talk: Talk, message: Message): void {
  talk.said.push(message)
  talk.channel.send(JSON.stringify(message))
}

function signOf({ checkpoint, asserter }: CoSigned): Message {
  return { kind: 'sign', depth: Number(checkpoint.depth) - 1, signature: asserter }
}

function resume({ depth }: Checkpoint): string {
  return JSON.stringify({ kind: 'resume', depth: Number(depth) } satisfies Message)
}

/**
 * The message that is due; what a side that came back says again is passed over.
 * @throws Dispute.Message for any other, Dispute.Silence, Dispute.Equivocation
 */
async function receive<Kind extends Message['kind']>(
  talk: Talk,
  kind: Kind,
  depth: number,
): Promise<Extract<Message, { kind: Kind }>> {
  for (let passed = 0; passed < MOST_PASSED_OVER; passed++) {
    const message = parseMessage(await nextText(talk, kind), kind)
    if (message.kind === kind && message.depth === depth) {
      return message as Extract<Message, { kind: Kind }>
    }
    const isSaidAgain = message.kind === 'split' && kind === 'sign' && message.depth === depth
    // What came before a crash of this side: it is said again after what is due.
    const isAhead = message.kind === 'split' && kind === 'sign' && message.depth === depth + 1
    const isBehind = message.kind === 'resume' && message.depth <= depth
    if (isSaidAgain || isBehind) for (const one of talk.said) talk.channel.send(JSON.stringify(one))
    else if (message.depth < depth) await noteLate(talk, message)
    else if (!isAhead) throw new MessageError(kind)
  }
  throw new MessageError(kind)
}

/** What comes late moves nothing, but may contradict what came before. */
async function noteLate(talk: Talk, message: Message): Promise<void> {
  if (message.kind !== 'pick' && message.kind !== 'sign') return
  const offer = await readOffer(talk.player, talk.game, message.depth)
  if (offer !== undefined) await noteSigned(talk, message.signature, undefined, picksOf(offer))
}

async function nextText({ channel, untilMs }: Talk, due: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    const leftMs = Math.min(Math.max(0, untilMs - performance.now()), LONGEST_TIMER_MS)
    timer = setTimeout(() => reject(new SilenceError(due)), leftMs)
  })
  const text = channel.next().catch((): never => {
    throw new SilenceError(due)
  })
  return await Promise.race([text, over]).finally(() => clearTimeout(timer))
}

/** Of Node's timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
