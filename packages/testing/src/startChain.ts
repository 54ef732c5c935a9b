import { join } from 'node:path'
import type { Addresses } from '@ambrosia/chain/deploy/Plan'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { deployContracts } from '@ambrosia/devnet/start/deployContracts'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import { createTestClient, http, type TestClient } from 'viem'
import { defer, type Ending } from './defer.ts'
import { type Snapshot, snapshot } from './snapshot.ts'
import { useFolder } from './useFolder.ts'

/** A development chain with every contract of ours. */
export type TestChain = {
  url: string
  contracts: Addresses
  chain: Chain
  /** Moves time, mines, snapshots and reverts. */
  test: TestClient<'anvil'>
  /** Seconds of the newest block. */
  now(): Promise<bigint>
}

export type ChainOptions = {
  /** Seconds between blocks. Default: a block for each transaction. */
  intervalSec?: number
}

/**
 * Starts a chain with the contracts for one test or suite, loaded from a snapshot: they are
 * deployed once, not once a file.
 */
export async function startChain(t: Ending, options: ChainOptions = {}): Promise<TestChain> {
  return await startFrom(t, await contractsSnapshot(), options)
}

/** A chain with the contracts and nothing else. */
export async function contractsSnapshot(): Promise<Snapshot<{ contracts: Addresses }>> {
  return await snapshot('contracts', async (rpcUrl) => ({
    contracts: (await deployContracts(rpcUrl)).contracts,
  }))
}

/** Starts a chain from a snapshot that knows where the contracts are. */
export async function startFrom(
  t: Ending,
  { stateFile, facts }: Snapshot<{ contracts: Addresses }>,
  options: ChainOptions = {},
): Promise<TestChain> {
  const { contracts } = facts
  const anvil = await Anvil.start({
    ...options,
    port: 0,
    loadFile: stateFile,
    logFile: join(useFolder(t), 'chain.log'),
  })
  defer(t, () => anvil.stop())
  const { url } = anvil
  const chain = createChain({ chainId: Anvil.CHAIN_ID, rpcUrl: url, contracts })
  const test = createTestClient({ mode: 'anvil', transport: http(url) })
  // The last block of the snapshot is as old as it: what a test signs by that time is out of date.
  await test.mine({ blocks: 1 })
  return {
    url,
    contracts,
    chain,
    test,
    now: async () => (await chain.client.getBlock()).timestamp,
  }
}
