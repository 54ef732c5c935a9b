import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'

/** Obliges the certifying oracles to post the wrapped key on chain; without an answer in time `refundDelivery` pays back their shares. */
export async function claimDelivery(options: {
  chain: Chain
  account: LocalAccount
  record: SettledRecord
  step: 'claimDelivery' | 'refundDelivery'
}): Promise<TransactionReceipt> {
  const { chain } = options
  return await chain.send(options.account, {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: options.step,
    args: [options.record],
  })
}
