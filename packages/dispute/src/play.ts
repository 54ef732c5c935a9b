// A player at the board: reads the chain, decides, keeps its move, sends it. All it needs after a
// crash is on the chain.

import { claimBookAbi, Link } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { pause } from '@ambrosia/chain/follow'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Hex, TransactionReceipt } from 'viem'
import type { Seat } from './ClaimBook.ts'
import { readPosition, write } from './ClaimBook.ts'
import { showTwice } from './checkpoints.ts'
import { bring, readCoSigned } from './coSigned.ts'
import { asserterMove, challengerMove, type Position, turnOf } from './decide.ts'
import { MoveDamagedError, type Player, parseKept, type Sendable, toProof } from './Player.ts'

/** What a look at a game came to. */
export type Look = 'moved' | 'waiting' | 'over'

/**
 * Looks at a game once and makes the move that is to be made, if any: one's own, or to call the
 * other side's time. Doing so again, or after a crash at any point, does no harm.
 * @throws Dispute.*, Prover.*, Chain.*
 */
export async function look(player: Player, id: Hex): Promise<Look> {
  const { seat, role } = player
  const position = await readPosition(seat, id)
  const turn = turnOf(position.game)
  if (turn === undefined) return 'over'
  try {
    if (await isFallen(seat, position.game.claim)) {
      const receipt = await write(seat, 'leaveGame', [id])
      player.onSent?.('leaveGame', receipt)
    } else if (await showTwice(player, id)) {
      return 'moved'
    } else if (await brings(player, id, position)) {
      return 'moved'
    } else if (turn === role) {
      const move = await keptMove(player, id, position)
      const receipt = await send(player, id, move)
      player.onSent?.(move.kind, receipt)
    } else if (await isTimeOver(player, id)) {
      const receipt = await write(seat, 'callTime', [id])
      player.onSent?.('callTime', receipt)
    } else {
      return 'waiting'
    }
  } catch (error) {
    if (!isOvertaken(error)) throw error
  }
  return 'moved'
}

/**
 * Plays a game to its end.
 * @returns how it ended, a GameStatus;
 * @throws Dispute.*, Prover.*, Chain.*, what the signal says
 */
export async function play(
  player: Player,
  id: Hex,
  options: { signal: AbortSignal; pollMs?: number },
): Promise<number> {
  const { signal, pollMs = 200 } = options
  for (;;) {
    signal.throwIfAborted()
    const seen = await look(player, id)
    if (seen === 'over') return (await readPosition(player.seat, id)).game.status
    if (seen === 'waiting') await pause(pollMs, signal)
  }
}

/**
 * Whether a deeper position that both sides signed had to be brought to the chain, and was. A
 * challenger does so when the asserter goes another way there, and otherwise leaves the clock to
 * them.
 */
async function brings(player: Player, id: Hex, { game }: Position): Promise<boolean> {
  if (game.link !== Link.Steps) return false
  if (player.role === 'challenger' && turnOf(game) !== 'challenger') return false
  const signed = await readCoSigned(player, id)
  if (signed === undefined || signed.checkpoint.depth <= game.depth) return false
  await bring(player, signed)
  return true
}

/**
 * The move in this position: that of before, if there was one, or a new one, kept before anybody
 * sees it.
 */
async function keptMove(player: Player, id: Hex, position: Position): Promise<Sendable> {
  const { depth, low, high, split, status } = position.game
  const key = [id, depth, status, low, high, split].join('-')
  const known = await player.store.read(key)
  if (known !== undefined) return parseMove(key, known, depth)
  const move = await newMove(player, position)
  await player.store.write(key, JSON.stringify(move))
  return move
}

/** @throws Dispute.MoveDamaged */
function parseMove(key: string, text: string, depth: number): Sendable {
  const move = parseKept<Partial<Sendable> | null>(key, text)
  const isWhole = ['split', 'pick', 'prove'].includes(move?.kind ?? '') && move?.depth === depth
  if (!isWhole) throw new MoveDamagedError(key)
  return move as Sendable
}

async function newMove(player: Player, position: Position): Promise<Sendable> {
  const { role, run, claim } = player
  if (role === 'challenger') return (await challengerMove(position, run)) as Sendable
  const move = await asserterMove(position, claim.content, run)
  if (move.kind !== 'prove') return move
  const { a, b, c } = (await player.prove(move.circuit, move.input)).proof
  return { kind: 'prove', depth: move.depth, circuit: move.circuit, proof: { a, b, c } }
}

function send(player: Player, id: Hex, move: Sendable): Promise<TransactionReceipt> {
  const { seat, claim } = player
  if (move.kind === 'split') return write(seat, 'split', [id, move.depth, move.states])
  if (move.kind === 'pick') {
    return write(seat, 'pick', [id, move.depth, BigInt(move.segment), move.states])
  }
  const { content } = claim
  const proof = toProof(move.proof)
  if (move.circuit === 'step') return write(seat, 'proveStep', [id, move.depth, content, proof])
  const name = move.circuit === 'genesis' ? 'proveGenesis' : 'proveFinal'
  return write(seat, name, [id, content, proof])
}

async function isFallen({ client, claimBook }: Seat, claim: Hex): Promise<boolean> {
  const read = { address: claimBook, abi: claimBookAbi, functionName: 'outcomeOf' } as const
  const outcome = await reach(() => client.readContract({ ...read, args: [claim] }))
  return outcome === FALLS
}

/** Of ClaimOutcome in IClaimResolver.sol. */
const FALLS = 3

async function isTimeOver({ seat }: Player, id: Hex): Promise<boolean> {
  const { client, claimBook } = seat
  const read = { address: claimBook, abi: claimBookAbi, functionName: 'deadlineOf' } as const
  const deadline = await reach(() => client.readContract({ ...read, args: [id] }))
  return (await reach(() => client.getBlock())).timestamp > deadline
}

/**
 * The chain has moved on since it was read, by this very move sent before a crash or by somebody
 * else's.
 */
function isOvertaken(error: unknown): boolean {
  return [
    'Chain.GameStatusRefused',
    'Chain.GameDepthMismatch',
    'Chain.ClaimOutcomeRefused',
    'Chain.GameClockRunning',
    'Chain.CheckpointRefused',
  ].some((code) => hasCode(error, code))
}
