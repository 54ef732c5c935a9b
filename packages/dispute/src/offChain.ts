// A game played by signed messages; the chain sees the opening and the end.
// docs/protocol/dispute.md, section 6.

import { type Checkpoint, type Game, GameStatus } from '@ambrosia/chain/abi/dispute'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import { type Hex, isAddressEqual, recoverTypedDataAddress } from 'viem'
import { pointsOf } from './Bisection.ts'
import { domainOf, toHash } from './Claim.ts'
import { readPosition } from './ClaimBook.ts'
import { type CoSigned, keepCoSigned } from './coSigned.ts'
import type { Player } from './Player.ts'

/** How the two sides reach each other; every message is one text. */
export type Channel = {
  send(text: string): void
  /** The next message. Rejects when none comes in the time that the player allows. */
  next(): Promise<string>
}

type Message =
  | { kind: 'split'; depth: number; states: Hex[] }
  | { kind: 'pick'; depth: number; segment: number; signature: Hex }
  | { kind: 'sign'; depth: number; signature: Hex }

const CHECKPOINT_TYPES = {
  Checkpoint: [
    { name: 'game', type: 'bytes32' },
    { name: 'depth', type: 'uint64' },
    { name: 'low', type: 'uint64' },
    { name: 'high', type: 'uint64' },
    { name: 'lowState', type: 'bytes32' },
    { name: 'highState', type: 'bytes32' },
  ],
} as const

/**
 * Plays the splits and picks of a game over its steps by messages, as far as the other side does.
 * The deepest position that both signed is kept; `play` goes on from there, and plays the rest on
 * the chain where the other side fell silent or sent nonsense.
 * @returns picks that both signed
 */
export async function playOffChain(player: Player, id: Hex, channel: Channel): Promise<number> {
  const { game } = await readPosition(player.seat, id)
  if (game.status !== GameStatus.Split) return 0
  const start = positionOf(id, game)
  const reached: CoSigned[] = []
  try {
    const challenger = game.challenger
    for (let at = start; at.high - at.low > 1n; at = (reached.at(-1) as CoSigned).checkpoint) {
      const signed =
        player.role === 'asserter'
          ? await splitAndSign(player, at, { channel, challenger })
          : await pickAndSign(player, at, channel)
      await keepCoSigned(player, signed)
      reached.push(signed)
    }
  } catch (error) {
    // Whatever the other side did or left, the chain is there.
    if (!hasCode(error, 'Dispute.Message') && !hasCode(error, 'Dispute.Silence')) throw error
  }
  return reached.length
}

function positionOf(id: Hex, { depth, low, high, lowState, highState }: Game): Checkpoint {
  return { game: id, depth: BigInt(depth), low, high, lowState, highState }
}

async function splitAndSign(
  player: Player,
  at: Checkpoint,
  { channel, challenger }: { channel: Channel; challenger: Hex },
): Promise<CoSigned> {
  const depth = Number(at.depth)
  const states = (await player.run.hashesAt(pointsOf(at.low, at.high).slice(1, -1))).map(toHash)
  send(channel, { kind: 'split', depth, states })
  const message = await receive(channel, 'pick', depth)
  const checkpoint = afterPick(at, states, message.segment)
  await assertSigned(player, checkpoint, { by: challenger, signature: message.signature })
  const signature = await signOnce(player, checkpoint)
  send(channel, { kind: 'sign', depth, signature })
  return { checkpoint, asserter: signature, challenger: message.signature }
}

async function pickAndSign(player: Player, at: Checkpoint, channel: Channel): Promise<CoSigned> {
  const depth = Number(at.depth)
  const { states } = await receive(channel, 'split', depth)
  const points = pointsOf(at.low, at.high)
  const areStates = Array.isArray(states) && states.every((state) => /^0x[0-9a-f]{64}$/.test(state))
  if (!areStates || states.length !== points.length - 2) throw new MessageError('split')
  const claimed = [...states, at.highState]
  const own = (await player.run.hashesAt(points.slice(1))).map(toHash)
  const segment = claimed.findIndex((state, index) => state !== own[index])
  if (segment < 0) throw new MessageError('split')
  const checkpoint = afterPick(at, states, segment)
  const signature = await signOnce(player, checkpoint)
  send(channel, { kind: 'pick', depth, segment, signature })
  const answer = await receive(channel, 'sign', depth)
  const by = player.claim.claimant
  await assertSigned(player, checkpoint, { by, signature: answer.signature })
  return { checkpoint, asserter: answer.signature, challenger: signature }
}

/** The position that a pick leads to. @throws Dispute.Message for a segment that there is not */
function afterPick(at: Checkpoint, states: readonly Hex[], segment: number): Checkpoint {
  const points = pointsOf(at.low, at.high)
  const claimed = [at.lowState, ...states, at.highState]
  if (!Number.isInteger(segment) || segment < 0 || segment >= points.length - 1) {
    throw new MessageError('pick')
  }
  return {
    game: at.game,
    depth: at.depth + 1n,
    low: points[segment] as bigint,
    high: points[segment + 1] as bigint,
    lowState: claimed[segment] as Hex,
    highState: claimed[segment + 1] as Hex,
  }
}

/**
 * Signs a position, and never another one of its depth: what was signed is kept before it is sent.
 * @throws Dispute.Message
 */
async function signOnce({ seat, store }: Player, checkpoint: Checkpoint): Promise<Hex> {
  const text = JSON.stringify(checkpoint, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  const key = `${checkpoint.game}-signed-${checkpoint.depth}`
  const known = await store.read(key)
  if (known !== undefined && known !== text) throw new MessageError('second position')
  if (known === undefined) await store.write(key, text)
  return await seat.account.signTypedData({
    domain: domainOf(seat),
    types: CHECKPOINT_TYPES,
    primaryType: 'Checkpoint',
    message: checkpoint,
  })
}

async function assertSigned(
  { seat }: Player,
  message: Checkpoint,
  { by, signature }: { by: Hex; signature: Hex },
): Promise<void> {
  const signer = await recoverTypedDataAddress({
    domain: domainOf(seat),
    types: CHECKPOINT_TYPES,
    primaryType: 'Checkpoint',
    message,
    signature,
  }).catch(() => undefined)
  if (signer === undefined || !isAddressEqual(signer, by)) throw new MessageError('signature')
}

function send(channel: Channel, message: Message): void {
  channel.send(JSON.stringify(message))
}

/** The message that is due. @throws Dispute.Message for any other, Dispute.Silence */
async function receive<Kind extends Message['kind']>(
  channel: Channel,
  kind: Kind,
  depth: number,
): Promise<Extract<Message, { kind: Kind }>> {
  const text = await channel.next().catch((): never => {
    throw new SilenceError(kind)
  })
  let message: Partial<Message> | null
  try {
    message = JSON.parse(text) as Partial<Message> | null
  } catch {
    throw new MessageError(kind)
  }
  const isDue = message?.kind === kind && message.depth === depth
  if (!isDue) throw new MessageError(kind)
  return message as Extract<Message, { kind: Kind }>
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
