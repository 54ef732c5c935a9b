import { readRecordStatus, readSettled } from '@ambrosia/chain/read/exchange'
import type { SaleStatus, SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Chain } from './Chain.ts'

/** A settled record and what became of its consent. */
export type RecordOnChain = {
  recordId: Hex
  record: SettledRecord
  transaction: Hex
  blockNumber: bigint
  status: SaleStatus
}

/** Settled records of a deal, or of a provider account, oldest first. @throws Chain.* */
export async function readRecords(
  chain: Chain,
  filter: { dealId?: Hex; provider?: Address; recordId?: Hex },
): Promise<RecordOnChain[]> {
  const { client, contracts, fromBlock } = chain
  const settled = await readSettled(client, { address: contracts.dealBook, fromBlock }, filter)
  return await Promise.all(
    settled.map(async ({ transactionHash, ...one }) => {
      const status = await readRecordStatus(client, contracts.consentBook, one.recordId)
      return { ...one, transaction: transactionHash, status: STATUSES[status] }
    }),
  )
}

/** A settlement that the newest block does not know has been there a moment ago. */
const STATUSES = {
  None: 'settled',
  Settled: 'settled',
  Unwound: 'unwound',
  Revoked: 'revoked',
} as const
