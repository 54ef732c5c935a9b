import { reach } from '@ambrosia/chain/errors'
import type { PublicClient } from 'viem'

/**
 * A run for work that follows from the chain alone: once it says that nothing is left to do, it
 * rests until there is another block. Without it, each look at an unchanged chain would cost as
 * many requests to the node as the last.
 */
export function untilChainMoves(
  { client }: { client: Pick<PublicClient, 'getBlock'> },
  work: () => Promise<boolean>,
): () => Promise<void> {
  let doneAt: string | undefined
  return async () => {
    // Read before the work: a block that comes meanwhile is another reason to look.
    const { hash } = await reach(() => client.getBlock())
    if (hash !== null && hash === doneAt) return
    doneAt = undefined
    if (await work()) doneAt = hash ?? undefined
  }
}
