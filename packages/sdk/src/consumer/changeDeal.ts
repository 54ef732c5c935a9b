import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { Hex, LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'

type Change = 'pause' | 'resume' | 'close' | 'expire' | 'refund'

/**
 * Pauses, resumes, closes, expires or refunds a deal. Certificates made before a stop settle until
 * they expire.
 */
export async function changeDeal(options: {
  chain: Chain
  account: LocalAccount
  deal: { terms: DealTerms; salt: Hex }
  change: Change
}): Promise<TransactionReceipt> {
  const { chain, deal } = options
  return await chain.send(options.account, {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: options.change,
    args: [deal.terms, deal.salt],
  })
}
