import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { deploy } from '@ambrosia/chain/deploy/deploy'
import type { OracleNetworkParameters } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import { type Addresses, deployedDomains, oracleNetworkDomains } from '@ambrosia/chain/deploy/Plan'
import { createPublicClient, http } from 'viem'
import { developmentAccount } from '../accounts.ts'

/** Deploys the contracts of a development network; the consumer's account holds all MED. */
export async function deployContracts(
  rpcUrl: string,
  oracleNetwork?: OracleNetworkParameters,
): Promise<{ contracts: Addresses; isCached: boolean }> {
  let isCached = true
  const artifacts = await loadArtifacts({
    domains: [...deployedDomains, ...(oracleNetwork ? oracleNetworkDomains : [])],
    progress: ({ step }) => {
      if (step === 'compiling') isCached = false
    },
  })
  const contracts = await deploy({
    client: createPublicClient({ transport: http(rpcUrl), cacheTime: 0, pollingInterval: 20 }),
    account: developmentAccount('deployer'),
    artifacts,
    development: true,
    tokenHolder: developmentAccount('consumer').address,
    oracleNetwork,
  })
  return { contracts, isCached }
}
