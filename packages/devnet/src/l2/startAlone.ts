import { join } from 'node:path'
import type { Addresses } from '@ambrosia/chain/deploy/Plan'
import { createPublicClient, http, type PublicClient } from 'viem'
import * as Anvil from '../Anvil.ts'
import { releaseHome } from '../Owner.ts'
import { firstFree } from '../Ports.ts'
import { createSupervisor } from '../Supervisor.ts'
import { deployContracts } from '../start/deployContracts.ts'
import { prepareHome } from '../start/prepareHome.ts'
import type { ProcessEvent } from '../supervise.ts'
import { type L2, startL2 } from './startL2.ts'

/** A development chain with nothing but a layer-2 network on it. */
export type Alone = {
  l1: PublicClient
  contracts: Addresses
  l2: L2
  stop(): Promise<void>
}

/**
 * Starts a chain, the contracts and a layer-2 network, without issuer, store and oracles.
 * @throws as `startL2`
 */
export async function startAlone(
  options: {
    home: string
    /** Port of the chain; 0 is any. */
    chainPort: number
    onEvent?: (event: ProcessEvent) => void
    signal?: AbortSignal | undefined
  } & Pick<Parameters<typeof startL2>[0], 'roles' | 'choices' | 'engine' | 'env' | 'onStep'> & {
      l2Port: number
    },
): Promise<Alone> {
  const { home, chainPort, l2Port, onEvent, signal, ...rest } = options
  prepareHome(home, 'demo', false)
  const supervisor = createSupervisor({
    logFolder: join(home, 'logs'),
    signal,
    ...(onEvent === undefined ? {} : { onEvent }),
  })
  const stop = async (): Promise<void> => {
    await supervisor.stop()
    releaseHome(home)
  }
  try {
    const port = await firstFree(chainPort)
    options.onStep?.('chain')
    const chain = await supervisor.add(Anvil.program({ port, intervalSec: 1, mixed: true }))
    options.onStep?.('contracts')
    const { contracts } = await deployContracts(chain.url)
    const parts = { home, rpcUrl: chain.url, supervisor, contracts, port: l2Port }
    const l2 = await startL2({ ...parts, ...rest })
    const transport = http(chain.url)
    const l1 = createPublicClient({ transport, cacheTime: 0, pollingInterval: 50 })
    return { l1, contracts, l2, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
