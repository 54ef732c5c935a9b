import * as Network from '@ambrosia/devnet/Network'
import { ANY_PORTS } from '@ambrosia/devnet/Ports'
import { defer, type Ending } from './defer.ts'
import { contractsSnapshot } from './startChain.ts'
import { useFolder } from './useFolder.ts'

/**
 * A whole network for one test or suite: chain and services as processes, on free ports, in a home
 * that goes with it. A service that ends stays down, so that a test sees it.
 */
export async function startNetwork(
  t: Ending,
  options: Partial<Network.StartOptions> = {},
): Promise<Network.Network> {
  const network = await Network.start({
    home: useFolder(t),
    ports: ANY_PORTS,
    // A network of staked oracles has contracts of its own parameters.
    ...(options.oracleNetwork === undefined && (await prepared())),
    ...options,
  })
  defer(t, () => network.stop())
  return network
}

async function prepared(): Promise<Pick<Network.StartOptions, 'prepared'>> {
  const { stateFile, facts } = await contractsSnapshot()
  return { prepared: { stateFile, contracts: facts.contracts } }
}
