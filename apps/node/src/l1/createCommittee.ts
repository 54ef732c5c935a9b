import { committeeAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { PublicClient } from 'viem'

/** Members in force, as L1 says. */
export type Committee = {
  members: readonly Hex[]
  threshold: number
}

const AGE_MS = 10_000

/**
 * Reads the committee, at most once in ten seconds.
 * @throws Chain.Unreachable while none was read
 */
export function createCommittee(client: PublicClient, address: Hex): () => Promise<Committee> {
  let known: { committee: Committee; readAtMs: number } | undefined
  return async () => {
    if (known !== undefined && performance.now() - known.readAtMs < AGE_MS) return known.committee
    try {
      const [, members, threshold] = await reach(() =>
        client.readContract({ address, abi: committeeAbi, functionName: 'current' }),
      )
      const committee = {
        members: members.map((member) => member.toLowerCase() as Hex),
        threshold: Number(threshold),
      }
      known = { committee, readAtMs: performance.now() }
      return committee
    } catch (error) {
      if (known === undefined) throw error
      return known.committee
    }
  }
}
