/**
 * Days since 1970-01-01 UTC: the generator's only measure of time, so that no clock and no time
 * zone plays a part.
 */
export type Day = number

const DAY_MS = 86_400_000
export const DAYS_PER_YEAR = 365.2425

export function dayOf(date: Date): Day {
  return Math.floor(date.getTime() / DAY_MS)
}

export function yearOfDay(day: Day): number {
  return new Date(day * DAY_MS).getUTCFullYear()
}

/** `2021-05-03` */
export function toDate(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** `2021-05-03T09:30:00Z` */
export function toDateTime(day: Day, minute: number): string {
  return `${new Date(day * DAY_MS + minute * 60_000).toISOString().slice(0, 19)}Z`
}

/** Completed years of age. */
export function ageAt(birth: Day, day: Day): number {
  const [year = 0, month = 0, date = 0] = parts(birth)
  const [thatYear = 0, thatMonth = 0, thatDate = 0] = parts(day)
  const before = thatMonth < month || (thatMonth === month && thatDate < date)
  return thatYear - year - (before ? 1 : 0)
}

function parts(day: Day): number[] {
  const date = new Date(day * DAY_MS)
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
}
