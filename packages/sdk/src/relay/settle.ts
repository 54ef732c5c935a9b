import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { decodeRefusal } from '@ambrosia/chain/errors'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { type Address, type LocalAccount, parseEventLogs } from 'viem'
import type { Chain } from '../Chain.ts'

export type SettleResult = {
  transaction: Hex
  gas: bigint
  settled: { recordId: Hex; provider: Address; record: SettledRecord }[]
  /** By position: the contract's own code. */
  refused: { index: number; code: string }[]
}

/** Settles records: stores consent and certificate, pays. Each is judged alone; with `strict` one refusal refuses all. */
export async function settle(options: {
  chain: Chain
  relayer: LocalAccount
  deal: { terms: DealTerms; salt: Hex }
  settlements: readonly Settlement[]
  strict?: boolean
}): Promise<SettleResult> {
  const { chain, deal } = options
  const receipt = await chain.send(options.relayer, {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'settle',
    args: [deal.terms, deal.salt, options.settlements, options.strict ?? false],
  })
  const abi = [...dealBookAbi, ...consentBookAbi]
  const settled: SettleResult['settled'] = []
  const refused: SettleResult['refused'] = []
  for (const log of parseEventLogs({ abi, logs: receipt.logs })) {
    if (log.eventName === 'RecordSettled') {
      const { recordId, provider, record } = log.args
      settled.push({ recordId, provider, record })
    }
    if (log.eventName === 'SettlementRefused') {
      refused.push({
        index: Number(log.args.index),
        code: decodeRefusal(log.args.reason).errorName,
      })
    }
  }
  return { transaction: receipt.transactionHash, gas: receipt.gasUsed, settled, refused }
}
