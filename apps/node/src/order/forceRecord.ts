import { batchesAbi, inboxAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { encodeFunctionData } from 'viem'
import type { Node } from '../Node.ts'

/**
 * Makes a record without data where an entry is due and no batch has it: then neither sequencer nor
 * committee can hold anybody up.
 * @returns whether one was made
 */
export async function forceRecord(node: Node): Promise<boolean> {
  const { client, network } = node
  const { batches, inbox } = network.contracts
  const [consumed, count] = await reach(async () => {
    const at = { address: batches, abi: batchesAbi } as const
    const inboxCount = await client.readContract({ ...at, functionName: 'inboxCount' })
    const args = [inboxCount] as const
    const read = { address: inbox, abi: inboxAbi, functionName: 'dueCount', args } as const
    return [inboxCount, await client.readContract(read)]
  })
  if (count === consumed) return false
  await node.send({
    to: batches,
    data: encodeFunctionData({ abi: batchesAbi, functionName: 'force' }),
  })
  return true
}
