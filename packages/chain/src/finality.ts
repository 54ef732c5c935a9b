import { BlockNotFoundError, type Hash } from 'viem'
import { getBlock, getBlockNumber } from 'viem/actions'
import { reach } from './errors.ts'
import type { Reader } from './read/Deployed.ts'

/**
 * When a block counts as final: below a number of blocks (1 = the newest block itself), or by the
 * chain's `finalized` tag.
 */
export type Finality = { kind: 'blocks'; count: number } | { kind: 'finalized' }

/**
 * Seconds of a slot, and of the two epochs and more after which Ethereum finalises a block when all
 * is well.
 */
const SLOT_SEC = 12
const FINALIZED_SEC = 1200

/**
 * About how long a block waits until it is final, seconds. What must be answered in less can't be
 * followed.
 */
export function finalitySec(finality: Finality): number {
  return finality.kind === 'finalized' ? FINALIZED_SEC : finality.count * SLOT_SEC
}

/**
 * The number of the newest final block, or undefined while there is none.
 * @throws Chain.Unreachable
 */
export async function finalBlock(client: Reader, finality: Finality): Promise<bigint | undefined> {
  if (finality.kind === 'finalized') {
    const block = await foundBlock(() => getBlock(client, { blockTag: 'finalized' }))
    return block?.number
  }
  const newest = await reach(() => getBlockNumber(client, { cacheTime: 0 }))
  const number = newest - BigInt(finality.count - 1)
  return number < 0n ? undefined : number
}

/**
 * The newest final block with its hash, where one question to the node tells both; undefined where
 * there is none yet, or where the hash takes another question.
 * @throws Chain.Unreachable
 */
export async function finalHead(
  client: Reader,
  finality: Finality,
): Promise<{ number: bigint; hash: Hash } | undefined> {
  if (finality.kind === 'blocks' && finality.count > 1) return undefined
  const blockTag = finality.kind === 'finalized' ? 'finalized' : 'latest'
  return await foundBlock(() => getBlock(client, { blockTag }))
}

/**
 * The hash of a block, or undefined where the chain has no such block (yet, or any more).
 * @throws Chain.Unreachable
 */
export async function blockHashAt(client: Reader, blockNumber: bigint): Promise<Hash | undefined> {
  return (await foundBlock(() => getBlock(client, { blockNumber })))?.hash
}

async function foundBlock<T>(read: () => Promise<T>): Promise<T | undefined> {
  return await reach(async () => {
    try {
      return await read()
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  })
}
