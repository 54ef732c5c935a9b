import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { claimBond, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'
import { NO_PERMIT, signPermit } from '../signPermit.ts'

const LIFE_SEC = 3600n

/**
 * Obliges the certifying oracles to post the wrapped key on chain. It carries a bond, taken by the
 * allowance that stands or by a permit: each answer takes a part of it; what is not answered in
 * time comes back, with those oracles' shares, by {@link refundDelivery}.
 * @throws Chain.*
 */
export async function claimDelivery(options: {
  chain: Chain
  account: LocalAccount
  record: SettledRecord
}): Promise<TransactionReceipt> {
  const { chain, account, record } = options
  const bond = claimBond(record)
  const allowance = await chain.client.readContract({
    address: record.token,
    abi: medTokenAbi,
    functionName: 'allowance',
    args: [account.address, chain.contracts.dealBook],
  })
  // A permit would take the place of a larger allowance.
  const permit =
    allowance < bond
      ? await signPermit(chain, account, bond, (await chain.client.getBlock()).timestamp + LIFE_SEC)
      : NO_PERMIT
  return await chain.send(account, {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'claimDelivery',
    args: [record, permit],
  })
}

/**
 * Takes, after the deadline of a claim, what the oracles without an answer lose.
 * @throws Chain.*
 */
export async function refundDelivery(options: {
  chain: Chain
  account: LocalAccount
  record: SettledRecord
}): Promise<TransactionReceipt> {
  const { chain } = options
  return await chain.send(options.account, {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'refundDelivery',
    args: [options.record],
  })
}
