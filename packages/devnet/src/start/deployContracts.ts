import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { type Addresses, deploy } from '@ambrosia/chain/deploy'
import { createPublicClient, createWalletClient, http } from 'viem'
import { developmentAccount } from '../accounts.ts'

/** Deploys the contracts of a development network; the consumer's account holds all MED. */
export async function deployContracts(
  rpcUrl: string,
): Promise<{ contracts: Addresses; isCached: boolean }> {
  let isCached = true
  const artifacts = await loadArtifacts({
    progress: ({ step }) => {
      if (step === 'compiling') isCached = false
    },
  })
  const transport = http(rpcUrl)
  const contracts = await deploy({
    walletClient: createWalletClient({ account: developmentAccount('deployer'), transport }),
    publicClient: createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 }),
    artifacts,
    development: true,
    tokenHolder: developmentAccount('consumer').address,
  })
  return { contracts, isCached }
}
