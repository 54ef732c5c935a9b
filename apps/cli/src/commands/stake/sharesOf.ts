import { fromDecimal } from '@ambrosia/primitives/Units'
import type { Hex } from 'viem'
import { RefusedError } from '../../output.ts'
import type { StakeSession } from './StakeSession.ts'

/** The shares that an amount of MED is, or all that are not locked. @throws Stake.Nothing */
export async function sharesOf(
  { chain, account, book }: StakeSession,
  operator: Hex,
  text: string | undefined,
): Promise<bigint> {
  const [{ shares, locked }, pool] = await Promise.all([
    chain.client.readContract({
      ...book,
      functionName: 'delegationOf',
      args: [operator, account.address],
    }),
    chain.client.readContract({ ...book, functionName: 'poolOf', args: [operator] }),
  ])
  const free = shares - locked
  if (free === 0n) {
    throw new RefusedError('Stake.Nothing', 'this account has nothing free behind that operator')
  }
  if (text === undefined) return free
  const wanted = pool.assets === 0n ? 0n : (fromDecimal(text) * pool.shares) / pool.assets
  return wanted < free ? wanted : free
}
