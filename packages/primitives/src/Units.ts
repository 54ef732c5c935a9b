import { AmbrosiaError } from './Errors.ts'

/** MED has 18 decimals, as ether. */
export const MED_DECIMALS = 18
/** Basis points in a whole. */
export const BPS = 10_000n

/** More digits than any 256-bit amount has; keeps a hostile text from costing time. */
const LONGEST_TEXT = 100
const DECIMAL = /^(\d+)(?:\.(\d+))?$/

/**
 * An amount in the smallest unit from a decimal text such as "4.75".
 * @throws Units.InvalidAmount
 */
export function fromDecimal(text: string, decimals: number = MED_DECIMALS): bigint {
  const match = text.length > LONGEST_TEXT ? null : DECIMAL.exec(text)
  const fraction = match?.[2] ?? ''
  if (!match || fraction.length > decimals) throw new InvalidAmountError(text.length, decimals)
  return BigInt((match[1] as string) + fraction.padEnd(decimals, '0'))
}

/** A decimal text without trailing zeros: 4750000000000000000n is "4.75". */
export function toDecimal(amount: bigint, decimals: number = MED_DECIMALS): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

export class InvalidAmountError extends AmbrosiaError {
  constructor(length: number, decimals: number) {
    super('Units.InvalidAmount', `expected a decimal amount, got ${length} other characters`, {
      hint: `Write digits with at most ${decimals} decimals, such as 4.75.`,
    })
  }
}
