import { claimBookAbi, GameStatus } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { falseLinkOf } from '@ambrosia/dispute/Claim'
import {
  challenge,
  type MadeClaim,
  readClaims,
  readGames,
  readPosition,
} from '@ambrosia/dispute/ClaimBook'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as KillPoint from '@ambrosia/service/KillPoint'
import type { Node } from '../Node.ts'
import { disputesOf } from './Disputes.ts'
import { obtainRun } from './obtainRun.ts'

/**
 * Opens a game against a claim that this node knows to be false, where it has none open or won.
 * @returns whether there is one now
 * @throws Dispute.*, Chain.*
 */
export async function challengeClaim(node: Node, id: Hex): Promise<boolean> {
  const { seat } = disputesOf(node)
  const claim = (await readClaims(seat)).find((one) => one.id === id)
  if (claim === undefined) return false
  if (await hasGame(node, claim)) return true
  const [windowEnd] = await reach(() =>
    node.client.readContract({
      address: seat.claimBook,
      abi: claimBookAbi,
      functionName: 'timesOf',
      args: [id],
    }),
  )
  // Zero: not open yet.
  if (windowEnd === 0n || BigInt(await node.l1Clock()) >= windowEnd) return false
  const claimant = claim.claimant.toLowerCase() as Hex
  const run = await obtainRun(node, claim.content, claimant)
  if (run === undefined) {
    node.log.error({ claim: id }, 'nobody gives the input of a false claim')
    return false
  }
  const link = await falseLinkOf(claim.content, run)
  if (link === undefined) {
    node.log.error({ claim: id }, 'the guest agrees with an assertion that this node finds false')
    return false
  }
  if (await hasPending(node)) return false
  KillPoint.reach('node.dispute.challenging')
  const { game } = await challenge(seat, claim, link)
  KillPoint.reach('node.dispute.challenged')
  node.log.warn({ claim: id, game, link }, 'a false claim is challenged')
  return true
}

async function hasGame(node: Node, { id }: MadeClaim): Promise<boolean> {
  const { seat } = disputesOf(node)
  let lost = 0
  for (const game of await readGames(seat, id)) {
    const { challenger, status } = (await readPosition(seat, game)).game
    if (challenger.toLowerCase() !== node.address || status === GameStatus.Void) continue
    if (status !== GameStatus.AsserterWon) return true
    lost++
  }
  return lost >= MOST_LOST
}

/** Games lost over one claim, by being late, after which a node leaves it to others. */
const MOST_LOST = 2

/** What an earlier process sent may be the very challenge; it is waited for. */
async function hasPending({ client, address }: Node): Promise<boolean> {
  const count = (blockTag: 'latest' | 'pending') =>
    reach(() => client.getTransactionCount({ address, blockTag }))
  return (await count('pending')) > (await count('latest'))
}
