import { readEvents } from '@ambrosia/chain/readEvents'
import type { Hex } from 'viem'
import type { StakeSession } from './StakeSession.ts'

/** Stake that waits to leave: amounts in the smallest unit, times in seconds. */
export type Exit = { cohort: bigint; assets: bigint; maturesAt: bigint }

/** What an account has in the cohorts of an operator. */
export async function exitsOf(
  { chain, account, book }: StakeSession,
  operator: Hex,
): Promise<Exit[]> {
  const events = await readEvents(
    chain.client,
    {
      address: book.address,
      abi: book.abi,
      eventName: 'Undelegated',
      args: { operator, delegator: account.address },
    },
    { fromBlock: chain.fromBlock },
  )
  const cohorts = [...new Set(events.map(({ args }) => args.cohort))]
  const exits = await Promise.all(
    cohorts.map(async (cohort) => {
      const [shares, assets, maturesAt] = await chain.client.readContract({
        ...book,
        functionName: 'exitOf',
        args: [operator, cohort, account.address],
      })
      return { cohort, shares, assets, maturesAt }
    }),
  )
  return exits.filter(({ shares }) => shares > 0n)
}
