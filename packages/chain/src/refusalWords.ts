import { toDecimal } from '@ambrosia/primitives/Units'
import { errorNotices } from './abi/errorNotices.generated.ts'
import { dealStates, recordStatuses } from './abi/exchange/index.generated.ts'
import { oracleStatuses } from './abi/oracle/index.generated.ts'
import { hintOf, LIBRARY_NOTICES } from './refusalHints.ts'

/**
 * A contract's refusal in words: what is wrong, with states by name, times as dates and amounts
 * with their token; and what to do next.
 */
export type RefusalWords = { message: string; hint: string }

/**
 * Turns a contract's custom error into words. The one place where that is done.
 * @param token that amounts are written in; the errors do not say it. Default MED.
 */
export function refusalWords(
  { errorName, args }: { errorName: string; args: Readonly<Record<string, unknown>> },
  token: { symbol: string; decimals: number } = { symbol: 'MED', decimals: 18 },
): RefusalWords {
  const notice = errorNotices[errorName] ?? LIBRARY_NOTICES[errorName] ?? inWords(errorName)
  const facts = Object.entries(args).map(
    ([name, value]) => `${inWords(name)} ${valueInWords(errorName, name, value, token)}`,
  )
  const sentence = notice.replace(/\.$/, '')
  const message = facts.length === 0 ? sentence : `${sentence}: ${facts.join(', ')}`
  return { message, hint: hintOf(errorName) }
}

/** States of a contract by the error that tells them. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  DealStateRefused: dealStates,
  RecordStatusRefused: recordStatuses,
  OracleStatusRefused: oracleStatuses,
}
/** Arguments that are times, seconds since 1970. */
const TIME =
  /^time(?:stamp|point)?$|(?:At|Until|Time|By|End|until|asOf|expiry|deadline|earliest|dueAt|actedAt|judgedFrom)$/
/** Bounds that are times, of the errors that speak of time. */
const BOUND = /^(?:from|to)$/
const OF_TIME = /OutOfTime$|OutsideWindow$/
/** Arguments that are amounts of a token, of the errors that speak of money. */
const AMOUNT =
  /^(?:budget|required|asked|received|minimumNet|net|fee|balance|allowance|needed|amount|held|locked)$/
const OF_MONEY =
  /^(?:Deal(?:Underfunded|TokenShortfall)|Consent(?:Net|RelayerFee)|RelayerFee|ERC20|Bridge|TokenBridge|Stake(?:TokenShort|SelfStake))/
const FEE_LIMIT = /^(?:limit|maximum)$/
const ETHER = { symbol: 'ETH', decimals: 18 }

function valueInWords(
  errorName: string,
  name: string,
  value: unknown,
  token: { symbol: string; decimals: number },
): string {
  const isNumber = typeof value === 'bigint' || typeof value === 'number'
  const states = STATES[errorName]
  if (isNumber && states !== undefined && /^(?:state|status)$/.test(name))
    return states[Number(value)] ?? String(value)
  const isTime = TIME.test(name) || (BOUND.test(name) && OF_TIME.test(errorName))
  if (isNumber && isTime) return dateOf(BigInt(value))
  if (isNumber && isAmount(errorName, name)) {
    const { symbol, decimals } = errorName === 'InsufficientBalance' ? ETHER : token
    return `${toDecimal(BigInt(value), decimals)} ${symbol}`
  }
  if (isNumber && /Bps$/.test(name)) return `${Number(value) / 100} %`
  if (typeof value === 'object' && value !== null)
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))
  return String(value)
}

function isAmount(errorName: string, name: string): boolean {
  if (errorName === 'InsufficientBalance') return true
  if (!OF_MONEY.test(errorName)) return false
  return AMOUNT.test(name) || (/RelayerFee/.test(errorName) && FEE_LIMIT.test(name))
}

/** A time that has no date, such as the largest number, stays a number. */
function dateOf(seconds: bigint): string {
  if (seconds > 253_402_300_799n) return String(seconds)
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}

/** `blockTime` becomes `block time`, `DealPaused` becomes `deal paused`. */
function inWords(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
}
