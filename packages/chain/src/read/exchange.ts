import type { Address, Hex } from 'viem'
import { readContract } from 'viem/actions'
import {
  consentBookAbi,
  type DealState,
  type DealTerms,
  dealBookAbi,
  dealStates,
  type RecordStatus,
  recordStatuses,
  type Record as SettledRecord,
} from '../abi/exchange/index.generated.ts'
import { reach } from '../errors.ts'
import { findEvent, readEvents } from '../readEvents.ts'
import type { Deployed, Reader } from './Deployed.ts'
import { enumName } from './enumName.ts'
import { recordOf } from './recordOf.ts'

/** A deal as it was created: its terms, and the salt of its id. */
export type CreatedDeal = {
  dealId: Hex
  terms: DealTerms
  salt: Hex
  budget: bigint
  blockNumber: bigint
}

type DealCreated = {
  args: { dealId: Hex; terms: DealTerms; salt: Hex; budget: bigint }
  blockNumber: bigint
}

/** The deal of an id, or undefined. @throws Chain.* */
export async function readDeal(
  client: Reader,
  dealBook: Deployed,
  dealId: Hex,
): Promise<CreatedDeal | undefined> {
  const { address, fromBlock } = dealBook
  const log = await findEvent(
    client,
    { address, abi: dealBookAbi, eventName: 'DealCreated', args: { dealId } },
    { fromBlock },
  )
  return log && toDeal(log)
}

/** Every deal, oldest first. @throws Chain.* */
export async function readDeals(client: Reader, dealBook: Deployed): Promise<CreatedDeal[]> {
  const { address, fromBlock } = dealBook
  const query = { address, abi: dealBookAbi, eventName: 'DealCreated' } as const
  return (await readEvents(client, query, { fromBlock })).map(toDeal)
}

function toDeal({ args, blockNumber }: DealCreated): CreatedDeal {
  const { dealId, terms, salt, budget } = args
  return { dealId, terms, salt, budget, blockNumber }
}

/** What the chain keeps of a deal. Money in the token's smallest unit, times in seconds. */
export type DealStatus = {
  state: DealState
  available: bigint
  records: number
  stoppedAtSec: number
}

/** A deal's mutable part; `None` for an id that no deal has. @throws Chain.* */
export async function readDealStatus(
  client: Reader,
  dealBook: Address,
  dealId: Hex,
): Promise<DealStatus> {
  const deal = await reach(() =>
    readContract(client, {
      address: dealBook,
      abi: dealBookAbi,
      functionName: 'dealOf',
      args: [dealId],
    }),
  )
  return {
    state: enumName(dealStates, deal.state),
    available: deal.available,
    records: deal.records,
    stoppedAtSec: deal.stoppedAt,
  }
}

/** A sale as its settlement told it. */
export type Settled = {
  recordId: Hex
  record: SettledRecord
  transactionHash: Hex
  blockNumber: bigint
}

/** Sales of a deal, of a provider account, or of one id, oldest first. @throws Chain.* */
export async function readSettled(
  client: Reader,
  dealBook: Deployed,
  filter: { dealId?: Hex; provider?: Address; recordId?: Hex },
): Promise<Settled[]> {
  const { address, fromBlock } = dealBook
  const logs = await readEvents(
    client,
    { address, abi: dealBookAbi, eventName: 'RecordSettled', args: filter },
    { fromBlock },
  )
  const termsOf = await readTerms(client, dealBook, new Set(logs.map(({ args }) => args.dealId)))
  return logs.map(({ args, transactionHash, blockNumber }) => ({
    recordId: args.recordId,
    record: recordOf(args, termsOf(args.dealId)),
    transactionHash,
    blockNumber,
  }))
}

/** Terms of deals that sold something; of many at once where there are many. */
async function readTerms(
  client: Reader,
  dealBook: Deployed,
  dealIds: ReadonlySet<Hex>,
): Promise<(dealId: Hex) => DealTerms> {
  const deals =
    dealIds.size > MANY
      ? await readDeals(client, dealBook)
      : await Promise.all([...dealIds].map((dealId) => readDeal(client, dealBook, dealId)))
  const terms = new Map(deals.map((deal) => [deal?.dealId, deal?.terms]))
  return (dealId) => {
    const found = terms.get(dealId)
    if (found === undefined) throw new Error(`a record of the deal ${dealId}, which nobody opened`)
    return found
  }
}

/** Deals from which on one search for all is less work than one for each. */
const MANY = 4

/**
 * Time until which a delivery is completed and its sale can be undone, seconds: that of a claim,
 * else the end of the window.
 * @throws Chain.*
 */
export async function readDeliveryEnd(
  client: Reader,
  consentBook: Address,
  record: Pick<SettledRecord, 'dealId' | 'personTag' | 'ordinal' | 'deliveryEnd'>,
): Promise<number> {
  const { answerBy } = await reach(() =>
    readContract(client, {
      address: consentBook,
      abi: consentBookAbi,
      functionName: 'deliveryOf',
      args: [record.dealId, record.personTag, record.ordinal],
    }),
  )
  return answerBy === 0 ? Number(record.deliveryEnd) : answerBy
}

/** Where a record stands at the newest block. @throws Chain.* */
export async function readRecordStatus(
  client: Reader,
  consentBook: Address,
  recordId: Hex,
): Promise<RecordStatus> {
  const [status] = await reach(() =>
    readContract(client, {
      address: consentBook,
      abi: consentBookAbi,
      functionName: 'recordOf',
      args: [recordId],
    }),
  )
  return enumName(recordStatuses, status)
}
