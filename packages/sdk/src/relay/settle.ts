import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { decodeRefusal, RevertedError, reach } from '@ambrosia/chain/errors'
import { refusalWords } from '@ambrosia/chain/refusalWords'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { type Address, type LocalAccount, parseEventLogs } from 'viem'
import type { Chain } from '../Chain.ts'

/**
 * A settlement that the contract refuses: its place, the contract's own code, and what that means.
 */
export type RefusedSettlement = { index: number; code: string; message: string; hint: string }

export type SettleResult = {
  /** Absent where everything was refused: then nothing was sent. */
  transaction: Hex | undefined
  gas: bigint
  settled: { recordId: Hex; provider: Address; record: SettledRecord }[]
  refused: RefusedSettlement[]
}

type Settling = {
  chain: Chain
  relayer: LocalAccount
  deal: { terms: DealTerms; salt: Hex }
}

/**
 * Settles records: stores consent and certificate, pays. Each is judged alone, by the contract and
 * before any gas is paid: only those that it takes are sent. With `strict` one refusal refuses all.
 * @throws Chain.*
 */
export async function settle(
  options: Settling & { settlements: readonly Settlement[]; strict?: boolean },
): Promise<SettleResult> {
  const { settlements, strict = false } = options
  const indexes = settlements.map((_, index) => index)
  const { taken, refused } = strict
    ? { taken: indexes, refused: [] }
    : await askFirst(options, settlements)
  if (taken.length === 0) return { transaction: undefined, gas: 0n, settled: [], refused }
  const sent = taken.map((index) => settlements[index] as Settlement)
  const receipt = await options.chain.send(options.relayer, callOf(options, sent, strict))
  const settled: SettleResult['settled'] = []
  for (const log of parseEventLogs({
    abi: [...dealBookAbi, ...consentBookAbi],
    logs: receipt.logs,
  })) {
    if (log.eventName === 'RecordSettled') {
      const { recordId, provider, record } = log.args
      settled.push({ recordId, provider, record })
    }
    // The chain had moved on between the question and the transaction.
    if (log.eventName === 'SettlementRefused') {
      const { errorName, args } = decodeRefusal(log.args.reason)
      const index = taken[Number(log.args.index)] as number
      refused.push({ index, code: errorName, ...refusalWords({ errorName, args }) })
    }
  }
  refused.sort((one, other) => one.index - other.index)
  return { transaction: receipt.transactionHash, gas: receipt.gasUsed, settled, refused }
}

/**
 * The contract is asked as of the block that a transaction would be in: on a chain where nobody
 * sent anything for a while, the newest block lies before the certificate.
 */
const NEXT_BLOCK = 'pending'

/**
 * Asks the contract about each, and about all together: two records of one person may each pass and
 * not both.
 */
async function askFirst(
  settling: Settling,
  settlements: readonly Settlement[],
): Promise<{ taken: number[]; refused: RefusedSettlement[] }> {
  const { chain, deal, relayer } = settling
  const codes = await Promise.all(
    settlements.map((settlement) =>
      reach(() =>
        chain.client.readContract({
          address: chain.contracts.dealBook,
          abi: dealBookAbi,
          functionName: 'judge',
          args: [deal.terms, deal.salt, settlement, relayer.address],
          blockTag: NEXT_BLOCK,
        }),
      ),
    ),
  )
  const refused: RefusedSettlement[] = []
  let taken: number[] = []
  for (const [index, code] of codes.entries()) {
    if (BigInt(code) === 0n) taken.push(index)
    else
      refused.push({ index, ...(await whyRefused(settling, [settlements[index] as Settlement])) })
  }
  const of = (indexes: readonly number[]) =>
    indexes.map((index) => settlements[index] as Settlement)
  if (taken.length > 1 && (await refusalOf(settling, of(taken))) !== undefined) {
    const together: number[] = []
    for (const index of taken) {
      const why = await refusalOf(settling, of([...together, index]))
      if (why === undefined) together.push(index)
      else refused.push({ index, ...toWords(why) })
    }
    taken = together
  }
  return { taken, refused }
}

async function whyRefused(
  settling: Settling,
  settlements: readonly Settlement[],
): Promise<Omit<RefusedSettlement, 'index'>> {
  const why = await refusalOf(settling, settlements)
  return why === undefined
    ? { code: 'Reverted', ...refusalWords({ errorName: 'Reverted', args: {} }) }
    : toWords(why)
}

/**
 * What the contract would refuse these with, all or nothing; undefined where it would settle them.
 */
async function refusalOf(
  settling: Settling,
  settlements: readonly Settlement[],
): Promise<RevertedError | undefined> {
  const { chain, relayer } = settling
  try {
    await reach(() =>
      chain.client.simulateContract({
        account: relayer,
        blockTag: NEXT_BLOCK,
        ...callOf(settling, settlements, true),
      }),
    )
    return undefined
  } catch (error) {
    if (error instanceof RevertedError) return error
    throw error
  }
}

function toWords({ errorName, args }: RevertedError): Omit<RefusedSettlement, 'index'> {
  return { code: errorName, ...refusalWords({ errorName, args }) }
}

function callOf({ chain, deal }: Settling, settlements: readonly Settlement[], strict: boolean) {
  return {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'settle',
    args: [deal.terms, deal.salt, settlements, strict],
  } as const
}
