import type { NumberToken } from '@ambrosia/primitives/CanonicalJson'

const DATE = /^(\d{4})(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T[0-9:.+\-Z]{2,24})?)?)?$/

/** The year of a FHIR date or dateTime, undefined for anything else. */
export function yearOf(text: string): number | undefined {
  const match = DATE.exec(text)
  return match ? Number(match[1]) : undefined
}

/**
 * True for a year that may stay: 45 CFR 164.514(b)(2)(i)(C) forbids years that show an age over 89,
 * and whoever was born, or alive, in such a year is over 89 or will be within the year. Years
 * beyond any plan are not dates of a record.
 */
export function isLawfulYear(year: number, asOfYear: number): boolean {
  return asOfYear - year < 90 && year <= asOfYear + 50
}

/**
 * True for a number that may stay. Telephone, social security and account numbers have nine digits
 * or more, dates written as one number eight; no measurement of a record needs them. `digits`
 * bounds the integer part.
 */
export function isBoundedNumber(token: NumberToken, digits: number): boolean {
  const match = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token.text)
  if (!match) return false
  const [, whole = '', fraction = '', exponent = '0'] = match
  if (whole.length > digits || fraction.length > 20) return false
  if (Math.abs(Number(exponent)) > 12 || Math.abs(Number(token.text)) >= 10 ** digits) return false
  return !/^(?:18|19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(whole)
}
