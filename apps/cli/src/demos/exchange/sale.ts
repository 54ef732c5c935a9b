import { medTokenAbi } from '@ambrosia/chain/abi/token'
import type { Offering, SealedForDeal } from '@ambrosia/sdk/provider/offerRecord'
import type { SignedConsent } from '@ambrosia/sdk/provider/signConsent'
import type { QuorumCertificate } from '@ambrosia/sdk/provider/submitOffer'
import type { SettleResult } from '@ambrosia/sdk/relay/settle'

/** One record on its way through a deal. */
export type Sale = {
  sealed: SealedForDeal
  certificate: QuorumCertificate
  consent: SignedConsent
  sentences: string[]
  result: SettleResult
}

/** MED of an account. */
export async function balanceOf(
  offering: Pick<Offering, 'chain'>,
  account: `0x${string}`,
): Promise<bigint> {
  return await offering.chain.client.readContract({
    address: offering.chain.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  })
}
