import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { toDecimal } from '@ambrosia/primitives/Units'
import type { DealTerms } from '../Deal.ts'
import { CERTIFICATE_LIFE_SEC } from '../Limits.ts'

/** Limits of a deal's terms; `DealRules` of contracts/src/exchange. Times are seconds. */
const TIER_COUNT = 8
const ORACLE_COUNT = 16
const STORE_COUNT = 16
export const RECORD_COUNT = 1_000_000
export const PER_PERSON_COUNT = 64
export const COMMISSION_BPS = 5000
export const DELIVERY_WINDOW_SEC = 30 * 86_400
/** Shortest delivery window; the second where the deal book was deployed for development. */
const SHORTEST_WINDOW_SEC = 3600
export const DEVELOPMENT_WINDOW_SEC = 60
export const DEAL_LIFE_SEC = 5 * 365 * 86_400
export const RETENTION_SEC = 100 * 365 * 86_400
/** Highest score there is; a tier above it would never be paid. */
const SCORE = 100

/** Why terms are refused: the contract's own error, and the term that it names. */
export type TermsFault = {
  code:
    | 'DealTermMissing'
    | 'DealTermOutOfRange'
    | 'DealTiersUnordered'
    | 'DealOracleRepeated'
    | 'DealUnderfunded'
  term: string
  why: string
}

export type TermsContext = {
  /** Time of the block, seconds. */
  nowSec: bigint
  /**
   * Whether the deal book was deployed for development, where one oracle is a quorum and windows
   * may be short.
   */
  development: boolean
  /** Escrow; where it is absent it is not judged. */
  budget?: bigint
}

/**
 * The first fault of terms, in the order of the contract, or undefined. Mirrors
 * `DealRules.assertTerms`, but for the verifier's code.
 */
export function checkTerms(terms: DealTerms, context: TermsContext): TermsFault | undefined {
  return (
    missing(terms) ??
    tiers(terms) ??
    ranges(terms, context) ??
    parties(terms, context) ??
    funds(terms, context)
  )
}

const ZERO = /^0x0*$/

function missing(terms: DealTerms): TermsFault | undefined {
  for (const term of ['criteriaHash', 'agreementHash', 'purpose', 'validatorHash'] as const) {
    if (ZERO.test(terms[term])) return { code: 'DealTermMissing', term, why: `there is no ${term}` }
  }
  return undefined
}

function tiers({ tiers }: DealTerms): TermsFault | undefined {
  const count = range('tiers', tiers.length, 1, TIER_COUNT)
  if (count) return count
  if (tiers[0]?.price === 0n) {
    return { code: 'DealTermMissing', term: 'price', why: 'the lowest price is zero' }
  }
  const isUnordered = tiers.some((tier, index) => {
    const before = tiers[index - 1]
    return before && (tier.minimumScore <= before.minimumScore || tier.price <= before.price)
  })
  if (isUnordered) {
    const why = 'scores and prices of the tiers do not ascend'
    return { code: 'DealTiersUnordered', term: 'tiers', why }
  }
  return undefined
}

function ranges(terms: DealTerms, { nowSec, development }: TermsContext): TermsFault | undefined {
  const { certificateLife, deliveryWindow, expiry, retentionEnd } = terms
  // The last certificate may settle a life after expiry; delivery may then be claimed and answered,
  // a window each.
  const shortest = development ? DEVELOPMENT_WINDOW_SEC : SHORTEST_WINDOW_SEC
  const lastAnswer = expiry + BigInt(certificateLife) + 2n * BigInt(deliveryWindow)
  return (
    range('maximumRecords', terms.maximumRecords, 1, RECORD_COUNT) ??
    range('perPersonCap', terms.perPersonCap, 1, PER_PERSON_COUNT) ??
    range('commissionCapBps', terms.commissionCapBps, 0, COMMISSION_BPS) ??
    range('certificateLife', certificateLife, 1, CERTIFICATE_LIFE_SEC) ??
    range('deliveryWindow', deliveryWindow, shortest, DELIVERY_WINDOW_SEC) ??
    range('expiry', expiry, nowSec + 1n, nowSec + BigInt(DEAL_LIFE_SEC)) ??
    range('retentionEnd', retentionEnd, lastAnswer, nowSec + BigInt(RETENTION_SEC))
  )
}

function parties(terms: DealTerms, { development }: TermsContext): TermsFault | undefined {
  const oracles = terms.oracles.map((oracle) => oracle.toLowerCase())
  const count = range('oracles', oracles.length, 1, ORACLE_COUNT)
  if (count) return count
  const nobody = (term: string, accounts: readonly string[]): TermsFault | undefined =>
    accounts.some((account) => ZERO.test(account))
      ? { code: 'DealTermMissing', term, why: `one of the ${term} is the zero account` }
      : undefined
  if (nobody('oracles', oracles)) return nobody('oracles', oracles)
  if (new Set(oracles).size !== oracles.length) {
    return { code: 'DealOracleRepeated', term: 'oracles', why: 'an oracle stands twice' }
  }
  return (
    range('quorum', terms.quorum, development ? 1 : 2, oracles.length) ??
    range('stores', terms.stores.length, 1, STORE_COUNT) ??
    nobody('stores', terms.stores)
  )
}

function funds(terms: DealTerms, { budget }: TermsContext): TermsFault | undefined {
  const required = BigInt(terms.maximumRecords) * (terms.tiers.at(-1)?.price ?? 0n)
  if (budget === undefined || budget >= required) return undefined
  const [given, wanted] = [toDecimal(budget), toDecimal(required)]
  const why = `the budget of ${given} MED is below ${wanted}, the highest price of every record`
  return { code: 'DealUnderfunded', term: 'budget', why }
}

function range<T extends number | bigint>(
  term: string,
  value: T,
  minimum: T,
  maximum: T,
): TermsFault | undefined {
  if (value >= minimum && value <= maximum) return undefined
  const why = `${term} is ${value}, which is not from ${minimum} to ${maximum}`
  return { code: 'DealTermOutOfRange', term, why }
}

/**
 * Refuses terms that `createDeal` would refuse, before any gas is spent, and tiers that nothing
 * could reach.
 * @throws Deal.InvalidTerms
 */
export function assertTerms(terms: DealTerms, context: TermsContext): void {
  const fault = checkTerms(terms, context)
  if (fault) throw new InvalidTermsError(fault.why)
  if (terms.tiers.some(({ minimumScore }) => minimumScore > SCORE)) {
    throw new InvalidTermsError(`a minimum score is above ${SCORE}`)
  }
}

export class InvalidTermsError extends AmbrosiaError {
  constructor(why: string) {
    super('Deal.InvalidTerms', `a deal can't be opened on these terms: ${why}`)
  }
}
