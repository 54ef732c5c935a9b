import { type Account, type Address, encodeFunctionData, type PublicClient } from 'viem'
import { medTokenAbi } from './abi/token/index.generated.ts'
import { reach } from './errors.ts'
import { type RawCall, sendRaw } from './send.ts'

/**
 * Lets a spender take an amount of a token from an account, where it may not yet.
 * @throws Chain.*
 */
export async function approve(
  client: PublicClient,
  account: Account,
  options: {
    token: Address
    spender: Address
    amount: bigint
    /** How it is sent where the account sends others too; default: by itself. */
    send?: (call: RawCall) => Promise<unknown>
  },
): Promise<void> {
  const { token, spender, amount, send = (call) => sendRaw(client, account, call) } = options
  const call = { address: token, abi: medTokenAbi } as const
  const args = [account.address, spender] as const
  const allowed = await reach(() =>
    client.readContract({ ...call, functionName: 'allowance', args }),
  )
  if (allowed >= amount) return
  const approval = { abi: medTokenAbi, functionName: 'approve', args: [spender, amount] } as const
  await send({ to: token, data: encodeFunctionData(approval) })
}
