import { reach } from '@ambrosia/chain/errors'
import { falseLinkOf } from '@ambrosia/dispute/Claim'
import { challenge, readClaims } from '@ambrosia/dispute/ClaimBook'
import { canBeChallenged, hasGame } from '@ambrosia/dispute/watch'
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
  if (await hasGame(seat, id)) return true
  if (!(await canBeChallenged(seat, id))) return false
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

/** What an earlier process sent may be the very challenge; it is waited for. */
async function hasPending({ client, address }: Node): Promise<boolean> {
  const count = (blockTag: 'latest' | 'pending') =>
    reach(() => client.getTransactionCount({ address, blockTag }))
  return (await count('pending')) > (await count('latest'))
}
