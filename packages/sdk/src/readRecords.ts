import { consentBookAbi, dealBookAbi } from '@ambrosia/chain'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Chain } from './Chain.ts'
import type { SettledRecord } from './relay/settle.ts'

/** A settled record and what became of its consent. */
export type RecordOnChain = {
  recordId: Hex
  record: SettledRecord
  transaction: Hex
  blockNumber: bigint
  status: 'settled' | 'unwound' | 'revoked'
}

const STATUSES = ['settled', 'settled', 'unwound', 'revoked'] as const

/** Settled records of a deal, or of a provider account, oldest first. */
export async function readRecords(
  chain: Chain,
  filter: { dealId?: Hex; provider?: Address; recordId?: Hex },
): Promise<RecordOnChain[]> {
  const { client, contracts } = chain
  const logs = await client.getContractEvents({
    address: contracts.dealBook,
    abi: dealBookAbi,
    eventName: 'RecordSettled',
    args: filter,
    fromBlock: 0n,
    toBlock: 'latest',
    strict: true,
  })
  return await Promise.all(
    logs.map(async ({ args, transactionHash, blockNumber }) => {
      const [status] = await client.readContract({
        address: contracts.consentBook,
        abi: consentBookAbi,
        functionName: 'recordOf',
        args: [args.recordId],
      })
      return {
        recordId: args.recordId,
        record: args.record,
        transaction: transactionHash,
        blockNumber,
        status: STATUSES[status] ?? 'revoked',
      }
    }),
  )
}
