import { messengerAbi } from '@ambrosia/chain/abi/rollup'
import { send } from '@ambrosia/chain/send'
import { type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { type LocalAccount, type PublicClient, parseEventLogs } from 'viem'
import { PREDEPLOYS } from '../L2Genesis.ts'

/**
 * Sends gas token from L2 to an account on L1, where it can be claimed when the state behind it is
 * certain. The random salt keeps it from being guessed until then.
 * @param client of L2
 * @returns the index of the message
 * @throws Chain.*
 */
export async function withdraw(options: {
  client: PublicClient
  account: LocalAccount
  recipient: Hex
  amount: bigint
}): Promise<{ index: number; hash: Hex }> {
  const { client, account, recipient, amount } = options
  const receipt = await send(client, account, {
    address: PREDEPLOYS.messenger,
    abi: messengerAbi,
    functionName: 'send',
    args: [recipient, '0x', toHex(random(32))],
    value: amount,
  })
  const [event] = parseEventLogs({
    abi: messengerAbi,
    eventName: 'MessageSent',
    logs: receipt.logs,
  })
  return { index: Number(event?.args.index), hash: receipt.transactionHash }
}
