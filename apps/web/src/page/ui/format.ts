import { settings } from '../app/settings.ts'

/** The one place where amounts, dates and sizes become texts. */

const locale = (): string => (settings.read().language === 'de' ? 'de-DE' : 'en-GB')

/** MED from its smallest unit, at most four decimals. */
export function med(amount: bigint): string {
  const whole = amount / 10n ** 18n
  const rest = Number(amount % 10n ** 18n) / 1e18
  const value = Number(whole) + rest
  return `${value.toLocaleString(locale(), { maximumFractionDigits: 4 })} MED`
}

export function count(value: number | bigint): string {
  return value.toLocaleString(locale())
}

export function bytes(value: number): string {
  if (value < 1000) return `${count(value)} B`
  if (value < 1e6)
    return `${(value / 1e3).toLocaleString(locale(), { maximumFractionDigits: 1 })} kB`
  return `${(value / 1e6).toLocaleString(locale(), { maximumFractionDigits: 1 })} MB`
}

export function dateTime(ms: number): string {
  return dateFormat('short').format(new Date(ms))
}

export function date(text: string): string {
  // Safe Harbor leaves the year alone.
  if (/^\d{4}$/.test(text)) return text
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? text : dateFormat().format(at)
}

const dateFormats = new Map<string, Intl.DateTimeFormat>()

/** Kept by language: making one takes longer than a hundred dates. */
function dateFormat(timeStyle?: 'short'): Intl.DateTimeFormat {
  const key = `${locale()} ${timeStyle}`
  const known = dateFormats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle })
  dateFormats.set(key, made)
  return made
}

/** Seconds as the largest unit that says something. */
export function timeLeft(seconds: number): string {
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'always' })
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit)
  }
  return format.format(Math.round(seconds), 'second')
}

/** A hash or an address in the length that a person compares. */
export function short(hex: string): string {
  return hex.length > 16 ? `${hex.slice(0, 8)}…${hex.slice(-6)}` : hex
}
