import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { readEvents } from '@ambrosia/chain/readEvents'
import { write } from '@ambrosia/dispute/ClaimBook'
import type { Node } from '../Node.ts'
import { disputesOf } from './Disputes.ts'
import { OUTCOME, outcomeOf } from './makeClaim.ts'

/** Brings home the bonds of this node's claims that stand or lapsed, and what games won it. */
export async function releaseBonds(node: Node): Promise<void> {
  const { seat } = disputesOf(node)
  const { client, claimBook: address, fromBlock } = seat
  const claimant = seat.account.address
  const book = { address, abi: claimBookAbi } as const
  const options = { fromBlock }
  const made = { ...book, eventName: 'ClaimMade', args: { claimant } } as const
  const released = new Set(
    (await readEvents(client, { ...book, eventName: 'BondReleased' }, options)).map(
      ({ args }) => args.claim,
    ),
  )
  for (const { args } of await readEvents(client, made, options)) {
    if (released.has(args.claim)) continue
    const outcome = await outcomeOf(node, args.claim)
    if (outcome !== OUTCOME.stands && outcome !== OUTCOME.lapsed) continue
    await write(seat, 'releaseBond', [args.claim])
  }
  const args = [claimant] as const
  const owed = await reach(() => client.readContract({ ...book, functionName: 'owedTo', args }))
  if (owed > 0n) await write(seat, 'withdraw', [])
}
