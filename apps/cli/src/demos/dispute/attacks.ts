import { Link } from '@ambrosia/chain/abi/dispute'
import { joinReceipts, signAsRecipient } from '@ambrosia/dispute/Claim'
import { type MadeClaim, readPosition, type Seat, write } from '@ambrosia/dispute/ClaimBook'
import type { Hex } from 'viem'
import type { Attack } from '../frame/Stage.ts'
import { ACCOUNTS, accountAt, type DisputeGround } from './ground.ts'

const REFUSAL = /^Chain\.(Claim|Game|Receipt|Proof)/
const NO_PROOF = {
  a: [0n, 0n],
  b: [
    [0n, 0n],
    [0n, 0n],
  ],
  c: [0n, 0n],
} as const

/** What a liar would try who has lost. */
export function attacksOn(parts: { ground: DisputeGround; claim: MadeClaim; game: Hex }): Attack[] {
  const { ground, claim, game } = parts
  const { client, claimBook, fromBlock, chainId } = ground
  const view = { client, claimBook, fromBlock, chainId }
  const liar: Seat = { ...view, account: accountAt(ACCOUNTS.asserter) }
  const friend: Seat = { ...view, account: accountAt(ACCOUNTS.challenger) }
  const attempt = (name: string, call: () => Promise<unknown>): Attack => ({
    name,
    attempt: async () => {
      await call()
      return undefined
    },
    refusal: REFUSAL,
  })
  return [
    attempt('a split after the end', () => write(liar, 'split', [game, 0, []])),
    attempt('a proof after the end', async () => {
      const { game: state } = await readPosition(view, game)
      return await write(liar, 'proveStep', [game, state.depth, claim.content, NO_PROOF])
    }),
    attempt('time called twice', () => write(liar, 'callTime', [game])),
    attempt('a friend’s game over a fallen claim', () =>
      write(friend, 'challenge', [claim.claimant, claim.content, Link.Final]),
    ),
    attempt('the lost bond', () => write(liar, 'releaseBond', [claim.id])),
    attempt('the same claim again', () => write(liar, 'makeClaim', [claim.content, '0x'])),
    attempt('receipts of that claim for another', async () => {
      const [first, second] = ground.recipients
      const signing = { place: view, claimant: claim.claimant, content: claim.content }
      const receipts = await Promise.all(
        [first, second].map(async (recipient) => ({
          recipient: recipient!.address,
          signature: await signAsRecipient(recipient!, signing),
        })),
      )
      const other = { ...claim.content, steps: claim.content.steps + 1n }
      return await write(liar, 'makeClaim', [other, joinReceipts(receipts)])
    }),
  ]
}
