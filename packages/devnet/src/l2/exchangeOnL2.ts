// The exchange on the layer-2 chain of a development network, in place of the chain below.

import type { OracleNetworkParameters } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import type { Addresses } from '@ambrosia/chain/deploy/Plan'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { createPublicClient, type Hex, http, parseEther } from 'viem'
import { developmentAccount } from '../accounts.ts'
import type { Supervisor } from '../Supervisor.ts'
import { deployContracts } from '../start/deployContracts.ts'
import { waitFor } from '../start/waitFor.ts'
import { type L2, L2_CHAIN_ID, startL2 } from './startL2.ts'

/** MED that each development account takes to L2: there it is what gas is paid in. */
const FUNDS = parseEther('1000')
const WAIT_MS = 300_000

/** Where the exchange is. */
export type Place = { rpcUrl: string; chainId: number; contracts: Addresses; l2: L2 }

/**
 * Starts a layer-2 chain above a development chain, brings MED of the development accounts there by
 * its bridge, and deploys the exchange to it. Gas is MED, the chain's native coin; what deals are
 * paid in is a MED token of its own there.
 * @throws as `startL2`; Deployment.*, Chain.*
 */
export async function exchangeOnL2(options: {
  home: string
  /** The development chain, which makes blocks by the clock. */
  rpcUrl: string
  supervisor: Supervisor
  /** Of the development chain. */
  contracts: { accessManager: Hex; medToken: Hex }
  oracleNetwork?: OracleNetworkParameters | undefined
  port: number
  onStep: (step: string) => void
  signal: AbortSignal | undefined
}): Promise<Place> {
  const { home, rpcUrl, supervisor, contracts, port, signal } = options
  const onStep = (step: string) => options.onStep(`layer-2 ${step}`)
  const l2 = await startL2({ home, rpcUrl, supervisor, contracts, port, onStep })
  const url = l2.nodes[0]?.url as string
  onStep('gas')
  const transport = http(rpcUrl)
  const below = createPublicClient({ transport, cacheTime: 0, pollingInterval: 50 })
  const account = developmentAccount('consumer')
  const { network } = l2
  const client = createPublicClient({ transport: http(url), cacheTime: 0 })
  for (const name of ['deployer', 'consumer', 'relayer'] as const) {
    const recipient = developmentAccount(name).address
    await deposit({ client: below, account, network, recipient, amount: FUNDS })
    const isThere = async () => (await client.getBalance({ address: recipient })) === FUNDS
    await waitFor(`the MED of ${name} is on L2`, isThere, signal, WAIT_MS)
  }
  onStep('contracts of the exchange')
  const deployed = await deployContracts(url, options.oracleNetwork)
  return { rpcUrl: url, chainId: L2_CHAIN_ID, contracts: deployed.contracts, l2 }
}
