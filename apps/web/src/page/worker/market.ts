import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { readDealStatus, readDeals, readSettled } from '@ambrosia/chain/read/exchange'
import { readOperators, readOracle } from '@ambrosia/chain/read/oracle'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { toPlain } from '@ambrosia/primitives/Errors'
import { loadDeal } from '@ambrosia/sdk/loadDeal'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { network } from './network.ts'

export type DealRow = {
  dealId: Hex
  title: string
  consumerName: string
  consumer: Hex
  purpose: string
  asks: { type: string; codes: string[]; all: boolean }[]
  predicates: { id: string; expression: string }[]
  state: string
  budget: bigint
  available: bigint
  records: number
  maximumRecords: number
  perPersonCap: number
  tiers: { minimumScore: number; price: bigint }[]
  quorum: number
  oracles: readonly Hex[]
  expirySec: number
  retentionEndSec: number
  paid: bigint
  /** Why its documents could not be read, where they could not. */
  problem?: string
}

/** Every deal of the network, newest first. */
export async function listDeals(): Promise<DealRow[]> {
  const here = await network()
  const { client, contracts, fromBlock } = here.chain
  const deals = await readDeals(client, { address: contracts.dealBook, fromBlock })
  const rows = await Promise.all(
    deals.map(async ({ dealId, terms, budget }) => {
      const status = await readDealStatus(client, contracts.dealBook, dealId)
      const documents = await loadDeal(here, dealId).catch((error: unknown) => ({
        problem: toPlain(error).message,
      }))
      const isRead = 'criteria' in documents
      return {
        dealId,
        ...plainTerms(terms as DealTerms),
        title: isRead ? documents.criteria.title : '',
        consumerName: isRead ? documents.agreement.consumerName : '',
        purpose: isRead ? documents.criteria.purpose : '',
        asks: isRead
          ? documents.criteria.resources.map(({ type, codes = [], all = false }) => ({
              type,
              codes: codes.map(({ code }) => code),
              all,
            }))
          : [],
        predicates: isRead ? documents.criteria.predicates : [],
        ...(isRead ? {} : { problem: documents.problem }),
        state: status.state,
        budget,
        available: status.available,
        records: status.records,
        paid: budget - status.available,
      }
    }),
  )
  return rows.reverse()
}

function plainTerms(terms: DealTerms) {
  return {
    consumer: terms.consumer,
    maximumRecords: terms.maximumRecords,
    perPersonCap: terms.perPersonCap,
    tiers: terms.tiers.map(({ minimumScore, price }) => ({ minimumScore, price })),
    quorum: terms.quorum,
    oracles: terms.oracles,
    expirySec: Number(terms.expiry),
    retentionEndSec: Number(terms.retentionEnd),
  }
}

/** Every operator with what it is doing. */
export async function listOracles() {
  const { chain, description, fetch } = await network()
  const { oracleRegistry } = chain.contracts
  const operators = await readOperators(chain.client, oracleRegistry)
  const settled = await sales()
  return await Promise.all(
    operators.map(async (operator) => {
      const oracle = await readOracle(chain.client, oracleRegistry, operator)
      const index = description.services.oracles.indexOf(oracle.endpoint)
      const isUp =
        index >= 0 &&
        (await fetch(`${oracle.endpoint}/health`).then(
          ({ ok }) => ok,
          () => false,
        ))
      const own = settled.filter(({ oracles }) => oracles.includes(operator.toLowerCase()))
      const shareOf = (sale: (typeof own)[number]) => sale.shares.get(operator.toLowerCase())
      return {
        operator,
        certified: own.filter((sale) => shareOf(sale) !== undefined).length,
        missed: own.filter((sale) => shareOf(sale) === undefined).length,
        earned: own.reduce((sum, sale) => sum + (shareOf(sale) ?? 0n), 0n),
        name: index >= 0 ? `oracle-${index + 1}` : '',
        status: oracle.status,
        endpoint: oracle.endpoint,
        commissionBps: oracle.commissionBps,
        epoch: Number(oracle.epoch),
        signer: oracle.signer,
        isUp,
      }
    }),
  )
}

/** Every sale with the oracles that its deal names and the shares of those that certified it. */
async function sales() {
  const { chain } = await network()
  const dealBook = { address: chain.contracts.dealBook, fromBlock: chain.fromBlock }
  const deals = await readDeals(chain.client, dealBook)
  const named = new Map(
    deals.map(({ dealId, terms }) => [dealId, terms.oracles.map((one) => one.toLowerCase())]),
  )
  const all = await readSettled(chain.client, dealBook, {})
  return all.map(({ record }) => ({
    oracles: named.get(record.dealId) ?? [],
    shares: new Map(record.shares.map(({ oracle, amount }) => [oracle.toLowerCase(), amount])),
  }))
}

/** Money of the exchange: what came in is what went out and what is held. */
export async function ledger() {
  const { chain } = await network()
  const { client, contracts, fromBlock } = chain
  const transfers = await client.getContractEvents({
    address: contracts.medToken,
    abi: medTokenAbi,
    eventName: 'Transfer',
    fromBlock,
  })
  const book = contracts.dealBook.toLowerCase()
  let moneyIn = 0n
  let moneyOut = 0n
  for (const { args } of transfers) {
    const {
      from = '',
      to = '',
      value = 0n,
    } = args as { from?: string; to?: string; value?: bigint }
    if (to.toLowerCase() === book) moneyIn += value
    if (from.toLowerCase() === book) moneyOut += value
  }
  const held = (await client.readContract({
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [contracts.dealBook],
  })) as bigint
  return { moneyIn, moneyOut, held, block: await client.getBlockNumber() }
}

/** What the chain tells everybody of a deal's sales. */
export async function salesOf({ dealId }: { dealId: Hex }) {
  const { chain } = await network()
  return await readRecords(chain, { dealId })
}

/** A transaction as anybody sees it. */
export async function transaction({ hash }: { hash: Hex }) {
  const { chain } = await network()
  const [sent, receipt] = await Promise.all([
    chain.client.getTransaction({ hash }),
    chain.client.getTransactionReceipt({ hash }),
  ])
  return {
    hash,
    from: sent.from,
    to: sent.to,
    input: sent.input,
    block: receipt.blockNumber,
    gas: receipt.gasUsed,
    logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
  }
}
