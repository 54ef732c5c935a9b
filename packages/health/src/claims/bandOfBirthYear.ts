/** First year of the class that holds the oldest. */
const OLDEST_YEAR = 1900

/**
 * The birth year as a band such as `1965-1969`. Everybody who may be over 89 is in one class,
 * `1900-…`, as 45 CFR 164.514(b)(2)(i)(C) asks; it ends with the whole band that an age of 90 falls
 * into, so that the next band does not show who is just below.
 */
export function bandOfBirthYear(year: number, width: number, asOf: Date): string | undefined {
  if (!Number.isInteger(year) || year < 1000 || year > asOf.getUTCFullYear()) return undefined
  const start = (of: number): number => Math.floor(of / width) * width
  const oldestEnd = start(asOf.getUTCFullYear() - 90) + width - 1
  if (year <= oldestEnd) return `${OLDEST_YEAR}-${oldestEnd}`
  return `${start(year)}-${start(year) + width - 1}`
}
