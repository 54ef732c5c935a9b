// Signed positions of a game: one's own, never two of a depth; the other side's, which lose it the
// game where they contradict each other.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Hex, isAddressEqual, recoverTypedDataAddress } from 'viem'
import { domainOf } from './Claim.ts'
import { write } from './ClaimBook.ts'
import { MessageError } from './messages.ts'
import { type Player, parseKept } from './Player.ts'

/** A position with a signature over it. */
export type Signed = { checkpoint: Checkpoint; signature: Hex }

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
 * Signs a position, and never another one of its depth: what was signed is kept before it is sent.
 * @throws Dispute.Message
 */
export async function signOnce({ seat, store }: Player, checkpoint: Checkpoint): Promise<Hex> {
  const text = encodeCheckpoint(checkpoint)
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

/** The first of some positions that an account signed; undefined where it signed none of them. */
export async function findSigned(
  { seat }: Pick<Player, 'seat'>,
  positions: readonly Checkpoint[],
  { by, signature }: { by: Hex; signature: Hex },
): Promise<Signed | undefined> {
  for (const checkpoint of positions) {
    const signer = await recoverTypedDataAddress({
      domain: domainOf(seat),
      types: CHECKPOINT_TYPES,
      primaryType: 'Checkpoint',
      message: checkpoint,
      signature,
    }).catch(() => undefined)
    if (signer !== undefined && isAddressEqual(signer, by)) return { checkpoint, signature }
  }
  return undefined
}

/**
 * Keeps a position that the other side signed, whose signature was verified.
 * @throws Dispute.Equivocation where it had signed another of that depth; both are kept then
 */
export async function keepTheirs({ store }: Player, signed: Signed): Promise<void> {
  const { game, depth } = signed.checkpoint
  const key = `${game}-theirs-${depth}`
  const text = encodeSigned(signed)
  const known = await store.read(key)
  if (known === undefined) return await store.write(key, text)
  const first = decodeSigned(key, known)
  if (encodeCheckpoint(first.checkpoint) === encodeCheckpoint(signed.checkpoint)) return
  await store.write(`${game}-twice`, JSON.stringify([known, text]))
  throw new EquivocationError()
}

/**
 * Shows the chain two positions of one depth that the other side signed, where it did.
 * @returns whether there were two
 * @throws Chain.*, Dispute.MoveDamaged
 */
export async function showTwice(player: Player, game: Hex): Promise<boolean> {
  const key = `${game}-twice`
  const text = await player.store.read(key)
  if (text === undefined) return false
  const [one, other] = parseKept<[string, string]>(key, text).map((each) => decodeSigned(key, each))
  if (one === undefined || other === undefined) return false
  const receipt = await write(player.seat, 'showEquivocation', [
    one.checkpoint,
    one.signature,
    other.checkpoint,
    other.signature,
  ])
  player.onSent?.('showEquivocation', receipt)
  return true
}

/** Numbers as text, fields in their order. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  const { game, depth, low, high, lowState, highState } = checkpoint
  const numbers = { depth: String(depth), low: String(low), high: String(high) }
  return JSON.stringify({ game, ...numbers, lowState, highState })
}

type Kept = Record<'game' | 'lowState' | 'highState', Hex> &
  Record<'depth' | 'low' | 'high', string>

/** @throws Dispute.MoveDamaged */
export function decodeCheckpoint(key: string, text: string): Checkpoint {
  const { depth, low, high, ...rest } = parseKept<Kept>(key, text)
  return { ...rest, depth: BigInt(depth), low: BigInt(low), high: BigInt(high) }
}

function encodeSigned({ checkpoint, signature }: Signed): string {
  return JSON.stringify([encodeCheckpoint(checkpoint), signature])
}

function decodeSigned(key: string, text: string): Signed {
  const [checkpoint, signature] = parseKept<[string, Hex]>(key, text)
  return { checkpoint: decodeCheckpoint(key, checkpoint), signature }
}

export class EquivocationError extends AmbrosiaError {
  constructor() {
    super('Dispute.Equivocation', 'the other side signed two positions of one depth', {
      hint: 'Showing both to the contract ends the game: they have lost it.',
    })
  }
}
