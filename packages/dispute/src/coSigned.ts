// A position that both sides signed off the chain, kept until the chain needs it.

import type { Checkpoint } from '@ambrosia/chain/abi/dispute'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import { write } from './ClaimBook.ts'
import { type Player, parseKept, toProof } from './Player.ts'

/** A position that both sides signed. */
export type CoSigned = { checkpoint: Checkpoint; asserter: Hex; challenger: Hex }

/** Keeps the deepest position of a game that both signed. */
export async function keepCoSigned({ store }: Player, signed: CoSigned): Promise<void> {
  await store.write(keyOf(signed.checkpoint.game), encode(signed))
}

/** As it is kept: numbers as text. */
type Kept = Omit<CoSigned, 'checkpoint'> & {
  checkpoint: Omit<Checkpoint, 'depth' | 'low' | 'high'> & Record<'depth' | 'low' | 'high', string>
}

/** The one kept last. @throws Dispute.MoveDamaged */
export async function readCoSigned({ store }: Player, game: Hex): Promise<CoSigned | undefined> {
  const text = await store.read(keyOf(game))
  if (text === undefined) return undefined
  const { checkpoint, ...signatures } = parseKept<Kept>(keyOf(game), text)
  const { depth, low, high, ...rest } = checkpoint
  const numbers = { depth: BigInt(depth), low: BigInt(low), high: BigInt(high) }
  return { ...signatures, checkpoint: { ...rest, ...numbers } }
}

/**
 * Brings a position to the chain. The asserter of one step proves it in the same transaction, so
 * that nothing of the position has to be stored; without a proof it is entered all the same.
 */
export async function bring(player: Player, signed: CoSigned): Promise<void> {
  const { checkpoint, asserter, challenger } = signed
  if (player.role === 'asserter' && checkpoint.high - checkpoint.low === 1n) {
    try {
      const input = await player.run.stepInput(checkpoint.low)
      const proof = toProof((await player.prove('step', input)).proof)
      const { content } = player.claim
      const args = [checkpoint, asserter, challenger, content, proof] as const
      const receipt = await write(player.seat, 'enterAndProve', args)
      player.onSent?.('enterAndProve', receipt)
      return
    } catch (error) {
      const hasNone = hasCode(error, 'Prover.NoProof') || hasCode(error, 'Chain.ProofRefused')
      if (!hasNone) throw error
    }
  }
  const receipt = await write(player.seat, 'enter', [checkpoint, asserter, challenger])
  player.onSent?.('enter', receipt)
}

function keyOf(game: Hex): string {
  return `${game}-cosigned`
}

function encode(value: object): string {
  return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? one.toString() : one))
}
