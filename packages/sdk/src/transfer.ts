import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { sendRaw } from '@ambrosia/chain/send'
import type { Address, LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from './Chain.ts'

/** Sends MED or ether from an account, which pays the gas. @throws Chain.* */
export async function transfer(options: {
  chain: Chain
  account: LocalAccount
  to: Address
  /** In the smallest unit. */
  amount: bigint
  token: 'MED' | 'ether'
}): Promise<TransactionReceipt> {
  const { chain, account, to, amount } = options
  if (options.token === 'ether')
    return await sendRaw(chain.client, account, { to, data: '0x', value: amount })
  return await chain.send(account, {
    address: chain.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'transfer',
    args: [to, amount],
  })
}
