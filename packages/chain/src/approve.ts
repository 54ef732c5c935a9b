import type { Account, Address, PublicClient } from 'viem'
import { medTokenAbi } from './abi/token/index.generated.ts'
import { reach } from './errors.ts'
import { send } from './send.ts'

/**
 * Lets a spender take an amount of a token from an account, where it may not yet.
 * @throws Chain.*
 */
export async function approve(
  client: PublicClient,
  account: Account,
  { token, spender, amount }: { token: Address; spender: Address; amount: bigint },
): Promise<void> {
  const call = { address: token, abi: medTokenAbi } as const
  const args = [account.address, spender] as const
  const allowed = await reach(() =>
    client.readContract({ ...call, functionName: 'allowance', args }),
  )
  if (allowed >= amount) return
  await send(client, account, { ...call, functionName: 'approve', args: [spender, amount] })
}
