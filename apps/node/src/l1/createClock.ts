import { reach } from '@ambrosia/chain/errors'
import type { PublicClient } from 'viem'

/** Time of the newest block of L1, seconds; while L1 does not answer, of the newest one known. */
export type L1Clock = () => Promise<number>

export function createClock(client: PublicClient, maximumAgeMs = 500): L1Clock {
  let timestamp = 0
  let readAtMs = Number.NEGATIVE_INFINITY
  return async () => {
    if (performance.now() - readAtMs < maximumAgeMs) return timestamp
    try {
      const block = await reach(() => client.getBlock())
      timestamp = Number(block.timestamp)
    } catch {
      // Whoever follows L1 tells that it does not answer.
    }
    readAtMs = performance.now()
    return timestamp
  }
}
