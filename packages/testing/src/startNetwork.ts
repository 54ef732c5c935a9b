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
  const { stateFile, facts } = await contractsSnapshot()
  const network = await Network.start({
    home: useFolder(t),
    ports: ANY_PORTS,
    prepared: { stateFile, contracts: facts.contracts },
    ...options,
  })
  defer(t, () => network.stop())
  return network
}
