import * as Anvil from '@ambrosia/devnet/Anvil'
import { changeDeal } from '@ambrosia/sdk/consumer/changeDeal'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { Ground } from '../support/offering.ts'

/** Closes a deal, and takes back what stays locked until no certificate can settle any more. */
export async function endDeal({ network, consumer }: Ground, deal: OpenedDeal): Promise<void> {
  const ending = { chain: network.chain, account: consumer, deal }
  await changeDeal({ ...ending, change: 'close' })
  await Anvil.advanceTime(network.chain.client, Number(deal.terms.certificateLife) + 1)
  await changeDeal({ ...ending, change: 'refund' })
}
