// What two sides say to each other in one game: in its order, again to a side that came back, and
// not for ever. docs/protocol/dispute.md, section 6.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import type { Hex } from 'viem'
import { findSigned, keepTheirs, type Signed } from './checkpoints.ts'
import { type Channel, type Message, MessageError, parseMessage, SilenceError } from './messages.ts'
import { picksOf, readOffer } from './offers.ts'
import type { Player } from './Player.ts'

/** The messages of one game. */
export type Talk = {
  player: Player
  channel: Channel
  game: Hex
  /** The other side's account. */
  other: Hex
  /** Whether digests narrowed a position of this talk: once, since a side can lie in them. */
  isSketched: boolean
  /** What was sent last, for a side that comes back and asks for it. */
  said: Message[]
  /** When the rest is left to the chain, `performance.now()`. */
  untilMs: number
}

/** Messages that are not the one due, in one turn, before the other side is taken to play about. */
const MOST_PASSED_OVER = 64

/** Says something, and again whenever the other side comes back before it has answered. */
export function say(talk: Talk, message: Message): void {
  talk.said.push(message)
  talk.channel.send(JSON.stringify(message))
}

/**
 * Which position the other side signed, the one that is due or another of the same split, kept as
 * evidence. @throws Dispute.Equivocation
 */
export async function noteSigned(
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

/**
 * The message that is due, of one kind or of either of two; what a side that came back says again
 * is passed over.
 * @throws Dispute.Message for any other, Dispute.Silence, Dispute.Equivocation
 */
export async function receive<Kind extends Message['kind']>(
  talk: Talk,
  kind: Kind,
  depth: number,
  orKind: Kind = kind,
): Promise<Extract<Message, { kind: Kind }>> {
  for (let passed = 0; passed < MOST_PASSED_OVER; passed++) {
    const message = parseMessage(await nextText(talk, kind), kind)
    if ([kind, orKind].includes(message.kind as Kind) && message.depth === depth) {
      return message as Extract<Message, { kind: Kind }>
    }
    const isSaidAgain = message.kind === 'split' && kind === 'sign' && message.depth === depth
    const isBehind = message.kind === 'resume' && message.depth <= depth
    if (isSaidAgain || isBehind) for (const one of talk.said) talk.channel.send(JSON.stringify(one))
    else if (message.depth < depth) await noteLate(talk, message)
    else if (!isPassedOver(message, kind, depth)) throw new MessageError(kind)
  }
  throw new MessageError(kind)
}

/** What a side that came back says, or is told, twice. */
function isPassedOver(message: Message, due: Message['kind'], depth: number): boolean {
  // Ahead: what came before a crash of this side, and is said again after what is due.
  const isOffer = message.kind === 'sketch' || message.kind === 'split'
  if (due === 'sign' && isOffer && message.depth === depth + 1) return true
  const followed = { sign: 'sketch', pick: 'narrow' }[due as string]
  return message.kind === followed && message.depth === depth
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
