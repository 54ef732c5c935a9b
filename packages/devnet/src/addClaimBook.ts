// The book of claims about private runs, on the chain of a development network.

import { deployClaimBook } from '@ambrosia/dispute/process/deployClaimBook'
import { startProver } from '@ambrosia/dispute/process/Prover'
import { developmentAccount } from './accounts.ts'
import { DEVELOPMENT_DISPUTE } from './l2/startL2.ts'
import type { Network } from './Network.ts'
import { type NetworkFile, writeNetworkFile } from './NetworkFile.ts'

/**
 * Deploys a ClaimBook with development keys where the network has none yet; its oracles are the
 * recipients of inputs, a majority of them the quorum. The network's file names it from then on.
 * @returns the network's file
 * @throws Contracts.CompilationFailed, Deployment.*, Chain.*, Prover.*
 */
export async function addClaimBook(
  { home, file, chain, operators }: Pick<Network, 'home' | 'file' | 'chain' | 'operators'>,
  onProgress: (line: string) => void,
): Promise<NetworkFile> {
  if (Object.hasOwn(file.contracts, 'claimBook')) return file
  const prover = startProver({ onProgress })
  try {
    const { claimBook } = await deployClaimBook(
      { client: chain.client, account: developmentAccount('deployer') },
      {
        prover,
        bondToken: chain.contracts.medToken,
        parameters: {
          ...DEVELOPMENT_DISPUTE,
          recipients: operators,
          quorum: Math.floor(operators.length / 2) + 1,
        },
      },
    )
    const named = { ...file, contracts: { ...file.contracts, claimBook } }
    writeNetworkFile(home, named)
    return named
  } finally {
    await prover.stop()
  }
}
