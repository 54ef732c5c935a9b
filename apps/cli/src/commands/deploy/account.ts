import { CHAIN_ID } from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { LocalAccount } from 'viem'
import { homeOf } from '../../environment.ts'
import { UsageError } from '../../output.ts'
import { openWallet } from '../../wallet/Wallet.ts'

/**
 * The account that deploys and administers. The well-known deployer belongs to everybody, so it
 * serves on development chains alone; elsewhere the account has to be in the wallet already, since
 * one made now has no ether.
 * @throws Cli.Usage
 */
export async function deployingAccount(
  name: string | undefined,
  chainId: number,
): Promise<LocalAccount> {
  const isDevelopmentChain = chainId === CHAIN_ID
  if (isDevelopmentChain && (name ?? 'deployer') === 'deployer')
    return developmentAccount('deployer')
  if (name === undefined) {
    throw new UsageError(
      `--account is needed on chain ${chainId}`,
      'Make one with ambrosia keys create NAME and send it some ether.',
    )
  }
  const wallet = await openWallet(homeOf())
  if (!wallet.names().includes(`account.${name}`)) {
    throw new UsageError(
      `the wallet has no account ${name}`,
      `Make it with ambrosia keys create ${name} and send it some ether.`,
    )
  }
  return wallet.account(name)
}
