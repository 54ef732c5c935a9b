import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { decodeRefusal, RevertedError, reach } from '@ambrosia/chain/errors'
import { recordOf } from '@ambrosia/chain/read/recordOf'
import { refusalWords } from '@ambrosia/chain/refusalWords'
import { mismatchOf } from '@ambrosia/exchange/checks/fillIn'
import * as Deal from '@ambrosia/exchange/Deal'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { pack, packAlone, packCertification } from '@ambrosia/exchange/PackedSettlement'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { OracleSignature, Settlement } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, type LocalAccount, parseEventLogs } from 'viem'
import type { Chain } from '../Chain.ts'
import { isQuorumDeal } from '../isQuorumDeal.ts'
import { certifyBatch, type Reach } from './certifyBatch.ts'
import { withQuorumProofs } from './proveQuorum.ts'

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
  /** Whether one signature of each oracle certified all of them. */
  underOneRoot: boolean
}

/**
 * Most settlements in one transaction; `MAXIMUM_SETTLEMENTS` of the DealBook. So many fit into the
 * 2^24 gas that a transaction may use (EIP-7825).
 */
const MAXIMUM_SETTLEMENTS = 100

type Settling = {
  chain: Chain
  relayer: LocalAccount
  deal: { terms: Deal.DealTerms; salt: Hex }
}

/**
 * Settles records: stores consent and certificate, pays. Each is judged alone, by the contract and
 * before any gas is paid: only those that it takes are sent. With `strict` one refusal refuses all.
 * @throws Chain.*, Settlement.TooMany, Settlement.Unpackable, Settlement.NoQuorumProof; strictly
 * also Settlement.Mismatch
 */
export async function settle(
  options: Settling & {
    settlements: readonly Settlement[]
    strict?: boolean
    /**
     * To ask the oracles for one signature over all; without it each certificate has its own. A
     * deal that names the network's quorum can't be settled without it.
     */
    reach?: Reach
  },
): Promise<SettleResult> {
  const { strict = false } = options
  if (options.settlements.length > MAXIMUM_SETTLEMENTS)
    throw new TooManyError(options.settlements.length)
  const { chain, deal, reach: reaching } = options
  const settlements = await withQuorumProofs({
    chain,
    terms: deal.terms,
    reach: reaching,
    settlements: options.settlements,
  })
  const indexes = settlements.map((_, index) => index)
  const { taken, refused } = strict
    ? { taken: indexes, refused: [] }
    : await askFirst(options, settlements)
  if (strict) for (const one of settlements) assertOfDeal(options, one)
  if (taken.length === 0) {
    return { transaction: undefined, gas: 0n, settled: [], refused, underOneRoot: false }
  }
  const sent = taken.map((index) => settlements[index] as Settlement)
  const certified = await certifiedTogether(options, sent)
  const call = callOf(options, sent, strict, certified)
  const receipt = await options.chain.send(options.relayer, call)
  const settled: SettleResult['settled'] = []
  for (const log of parseEventLogs({
    abi: [...dealBookAbi, ...consentBookAbi],
    logs: receipt.logs,
  })) {
    if (log.eventName === 'RecordSettled') {
      const { recordId, provider } = log.args
      settled.push({ recordId, provider, record: recordOf(log.args, options.deal.terms) })
    }
    // The chain had moved on between the question and the transaction.
    if (log.eventName === 'SettlementRefused') {
      const { errorName, args } = decodeRefusal(log.args.reason)
      const index = taken[Number(log.args.index)] as number
      refused.push({ index, code: errorName, ...refusalWords({ errorName, args }) })
    }
  }
  refused.sort((one, other) => one.index - other.index)
  const { transactionHash: transaction, gasUsed: gas } = receipt
  return { transaction, gas, settled, refused, underOneRoot: certified !== undefined }
}

/** The oracles' signatures over all certificates at once, where there are several. */
async function certifiedTogether(
  { chain, deal, reach: reaching }: Settling & { reach?: Reach },
  settlements: readonly Settlement[],
): Promise<readonly OracleSignature[] | undefined> {
  if (reaching === undefined || settlements.length < 2) return undefined
  if (isQuorumDeal(chain, deal.terms)) return undefined
  return await certifyBatch({ chain, terms: deal.terms, settlements, reach: reaching })
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
  const verdicts = await Promise.all(settlements.map((one) => verdictOn(settling, one)))
  const refused: RefusedSettlement[] = []
  let taken: number[] = []
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict === undefined) taken.push(index)
    else refused.push({ index, ...verdict })
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

/** Why one settlement would be refused; undefined where it would not. */
async function verdictOn(
  settling: Settling,
  settlement: Settlement,
): Promise<Omit<RefusedSettlement, 'index'> | undefined> {
  const { chain, deal, relayer } = settling
  try {
    assertOfDeal(settling, settlement)
    pack(settlement)
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    return { code: error.code, message: error.message, hint: error.hint ?? '' }
  }
  const code = await reach(() =>
    chain.client.readContract({
      address: chain.contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'judge',
      args: [deal.terms, deal.salt, pack(settlement), relayer.address],
      blockTag: NEXT_BLOCK,
    }),
  )
  return BigInt(code) === 0n ? undefined : await whyRefused(settling, [settlement])
}

/**
 * The contract fills in what a deal implies, and could only say that nobody signed that.
 * @throws Settlement.Mismatch
 */
function assertOfDeal({ chain, deal }: Settling, settlement: Settlement): void {
  const { chainId, contracts } = chain
  const { terms, salt } = deal
  const domain = dealBookDomain(chainId, contracts.dealBook)
  const dealId = Deal.dealId({ chainId, dealBook: contracts.dealBook, terms, salt })
  const field = mismatchOf(settlement, { terms, dealId, domain })
  if (field !== undefined) throw new MismatchError(field)
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

function callOf(
  { chain, deal }: Settling,
  settlements: readonly Settlement[],
  strict: boolean,
  together?: readonly OracleSignature[],
) {
  const packed = settlements.map(together ? packAlone : pack)
  const certification = together ? packCertification(together) : '0x'
  return {
    address: chain.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'settle',
    args: [deal.terms, deal.salt, packed, certification, strict],
  } as const
}

export class MismatchError extends AmbrosiaError {
  constructor(field: string) {
    super('Settlement.Mismatch', `${field} is not what this deal says`, {
      details: { field },
      hint: 'Offer the record into this deal.',
    })
  }
}

export class TooManyError extends AmbrosiaError {
  constructor(count: number) {
    super(
      'Settlement.TooMany',
      `${count} settlements do not fit into one transaction, at most ${MAXIMUM_SETTLEMENTS} do`,
      { hint: 'Settle them in several calls.' },
    )
  }
}
