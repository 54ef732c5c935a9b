import type { Address } from 'viem'
import { getBlockNumber, getCode } from 'viem/actions'
import { reach } from '../errors.ts'
import type { Reader } from '../read/Deployed.ts'

/**
 * The first block in which a contract stands, by bisection; where followers of its events begin.
 * Undefined where the node keeps no state that old, or nothing stands.
 * @throws Chain.Unreachable
 */
export async function findDeploymentBlock(
  client: Reader,
  address: Address,
): Promise<bigint | undefined> {
  const newest = await reach(() => getBlockNumber(client, { cacheTime: 0 }))
  try {
    if ((await getCode(client, { address, blockNumber: newest })) === undefined) return undefined
    let [before, at] = [-1n, newest]
    while (at - before > 1n) {
      const middle = (before + at) / 2n
      const code = await getCode(client, { address, blockNumber: middle })
      if (code === undefined) before = middle
      else at = middle
    }
    return at
  } catch {
    return undefined
  }
}
