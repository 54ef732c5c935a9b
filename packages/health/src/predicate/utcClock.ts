/**
 * Runs a function, which must be synchronous, as if this machine's clock stood at `asOf` and its
 * time zone were UTC, and without writing to the console. The FHIRPath engine asks `Date` for the
 * local zone whenever it lowers the precision of a date and time to compare it, so that a verdict
 * would depend on where an oracle stands; and it warns with values of the record in the text.
 */
export function withUtcClock<T>(asOf: Date, run: () => T): T {
  const date = globalThis.Date
  const { warn, log } = console
  globalThis.Date = utcDateOf(date, asOf.getTime())
  console.warn = () => {}
  console.log = () => {}
  try {
    return run()
  } finally {
    globalThis.Date = date
    console.warn = warn
    console.log = log
  }
}

type Parts = [number, number, number?, number?, number?, number?, number?]

function utcDateOf(base: DateConstructor, asOfMs: number): DateConstructor {
  class UtcDate extends base {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(asOfMs)
      else if (parts.length === 1) super(parts[0] as number)
      else super(base.UTC(...(parts as Parts)))
    }
    static override now(): number {
      return asOfMs
    }
    override getTimezoneOffset(): number {
      return 0
    }
  }
  const prototype = UtcDate.prototype as unknown as Record<string, unknown>
  const source = base.prototype as unknown as Record<string, unknown>
  for (const verb of ['get', 'set']) {
    for (const part of PARTS) {
      const utc = source[`${verb}UTC${part}`]
      if (utc !== undefined) prototype[`${verb}${part}`] = utc
    }
  }
  prototype['setYear'] = source['setUTCFullYear']
  return UtcDate as unknown as DateConstructor
}

const PARTS = ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']
