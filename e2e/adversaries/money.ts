import { medTokenAbi } from '@ambrosia/chain/abi/token'
import type { Network } from '@ambrosia/devnet/Network'
import type { Address } from 'viem'

export type Purse = Address

/** What each purse holds of the token, in its smallest unit. */
export async function balancesOf({ chain }: Network, purses: readonly Purse[]): Promise<bigint[]> {
  return await Promise.all(
    purses.map((account) =>
      chain.client.readContract({
        address: chain.contracts.medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [account],
      }),
    ),
  )
}
