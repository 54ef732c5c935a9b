import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { readOracle } from '@ambrosia/chain/read/oracle'
import type { Chain } from '@ambrosia/sdk/Chain'
import type { Address } from 'viem'
import { developmentAccount } from '../accounts.ts'
import type { NetworkFile } from '../NetworkFile.ts'
import { giveEther } from './giveEther.ts'
import { waitFor } from './waitFor.ts'

/**
 * Gives each operator account ether, waits until all have registered themselves, and admits them in
 * their order: the first one makes the tag secret. Those that are admitted are left as they are.
 * @throws Devnet.NotReady, Interrupted
 */
export async function admitOracles(
  file: NetworkFile,
  chain: Chain,
  signal: AbortSignal | undefined,
): Promise<Address[]> {
  const deployer = developmentAccount('deployer')
  const services = await Promise.all(
    file.services.oracles.map((url) => createOracleClient({ url, fetch, now: Date.now }).service()),
  )
  const statuses = await Promise.all(
    services.map(({ account }) =>
      readOracle(chain.client, chain.contracts.oracleRegistry, account),
    ),
  )
  const isNew = (index: number): boolean =>
    ['None', 'Registered'].includes(statuses[index]?.status ?? '')
  for (const { account } of services.filter((_, index) => isNew(index)))
    await giveEther(chain, account)
  const { oracleRegistry } = chain.contracts
  const isRegistered = async (account: Address): Promise<boolean> => {
    const oracle = await chain.client.readContract({
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'oracleOf',
      args: [account],
    })
    return oracle.status !== 0
  }
  await Promise.all(
    services.map(({ account }) =>
      waitFor(`${account} registers`, () => isRegistered(account), signal),
    ),
  )
  for (const { account, measurement } of services.filter((_, index) => isNew(index))) {
    await chain.send(deployer, {
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'admit',
      args: [account, measurement],
    })
  }
  return services.map(({ account }) => account)
}
