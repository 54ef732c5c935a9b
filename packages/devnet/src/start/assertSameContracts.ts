import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { deployedDomains, oracleNetworkDomains } from '@ambrosia/chain/deploy/Plan'
import { verifyBytecode } from '@ambrosia/chain/deploy/verifyBytecode'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createPublicClient, http } from 'viem'
import type { NetworkFile } from '../NetworkFile.ts'

/**
 * Compares the contracts of a network that a home keeps with those that this version deploys: a
 * network of another version would take no sale, and could not say why.
 * @throws Home.OtherContracts, Chain.Unreachable
 */
export async function assertSameContracts(
  rpcUrl: string,
  contracts: NetworkFile['contracts'],
): Promise<void> {
  const artifacts = await loadArtifacts({ domains: [...deployedDomains, ...oracleNetworkDomains] })
  const client = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 })
  const verdicts = await verifyBytecode(client, artifacts, contracts)
  const others = verdicts.flatMap(({ name, state }) => (state === 'same' ? [] : [name]))
  if (others.length > 0) throw new OtherContractsError(others)
}

export class OtherContractsError extends AmbrosiaError {
  constructor(names: readonly string[]) {
    super(
      'Home.OtherContracts',
      `this home's network was made by another version of Ambrosia; what differs: ${names.join(', ')}`,
      {
        hint: 'Nothing was changed. Run the version that made it, set AMBROSIA_HOME to another folder, or start anew with ambrosia up --fresh, which deletes the network, wallet included.',
      },
    )
  }
}
