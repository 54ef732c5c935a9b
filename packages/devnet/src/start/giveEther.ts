import type { Chain } from '@ambrosia/sdk/Chain'
import { type Address, createWalletClient, http, parseEther } from 'viem'
import { developmentAccount } from '../accounts.ts'

/** Gives an account ten ether of the deployer's. */
export async function giveEther(chain: Chain, to: Address): Promise<void> {
  const account = developmentAccount('deployer')
  const transport = http(chain.client.transport['url'] as string)
  const wallet = createWalletClient({ account, transport })
  const hash = await wallet.sendTransaction({ to, value: parseEther('10'), chain: null })
  await chain.client.waitForTransactionReceipt({ hash })
}
