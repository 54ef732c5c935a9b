import { assertionsAbi } from '@ambrosia/chain/abi/rollup'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { reach } from '@ambrosia/chain/errors'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { encodeFunctionData } from 'viem'
import type { Node } from '../Node.ts'
import { readAssertion, readChildren } from './readAssertions.ts'

/**
 * Makes sure that a bond can be taken: what is owed comes back first where it is needed, then the
 * contract is allowed as much.
 */
export async function provideBond(node: Node, bond: bigint): Promise<void> {
  const { assertions, bondToken } = node.network.contracts
  const token = { address: bondToken, abi: medTokenAbi } as const
  const read = (functionName: 'balanceOf' | 'allowance') =>
    reach(() =>
      functionName === 'balanceOf'
        ? node.client.readContract({ ...token, functionName, args: [node.address] })
        : node.client.readContract({ ...token, functionName, args: [node.address, assertions] }),
    )
  if ((await read('balanceOf')) < bond) await withdrawOwed(node)
  if ((await read('allowance')) >= bond) return
  const args = [assertions, bond] as const
  const data = encodeFunctionData({ abi: medTokenAbi, functionName: 'approve', args })
  await node.send({ to: bondToken, data })
}

/** Brings home bonds of what was confirmed, and those that others lost to this account. */
async function withdrawOwed(node: Node): Promise<bigint> {
  const { assertions } = node.network.contracts
  const owed = await reach(() =>
    node.client.readContract({
      address: assertions,
      abi: assertionsAbi,
      functionName: 'owedTo',
      args: [node.address],
    }),
  )
  if (owed === 0n) return 0n
  const data = encodeFunctionData({ abi: assertionsAbi, functionName: 'withdrawBond' })
  await node.send({ to: assertions, data })
  return owed
}

/**
 * Ends an assertion whose sibling was confirmed: if it said something else, its bond goes to
 * whoever was right.
 */
export async function dropLoser(node: Node, confirmed: Hex): Promise<Hex | undefined> {
  const { parent } = await readAssertion(node, confirmed)
  const siblings = await readChildren(node, parent)
  const loser = siblings.find(({ id, status }) => id !== confirmed && status === 'pending')
  if (loser === undefined) return undefined
  const args = [loser.id] as const
  const data = encodeFunctionData({ abi: assertionsAbi, functionName: 'drop', args })
  await node.send({ to: node.network.contracts.assertions, data })
  return loser.id
}
