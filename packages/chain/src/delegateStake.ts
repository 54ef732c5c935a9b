import type { Account, Address, PublicClient, TransactionReceipt } from 'viem'
import { stakeBookAbi } from './abi/stake/index.generated.ts'
import { approve } from './approve.ts'
import { send } from './send.ts'

/**
 * Puts MED of an account behind an operator of oracles: lets the stake book take it, then
 * delegates.
 * @returns the receipt of the second.
 * @throws Chain.*
 */
export async function delegateStake(
  client: PublicClient,
  account: Account,
  contracts: { stakeBook: Address; medToken: Address },
  { operator, amount }: { operator: Address; amount: bigint },
): Promise<TransactionReceipt> {
  const { stakeBook, medToken } = contracts
  await approve(client, account, { token: medToken, spender: stakeBook, amount })
  return await send(client, account, {
    address: stakeBook,
    abi: stakeBookAbi,
    functionName: 'delegate',
    args: [operator, amount],
  })
}
