/** How many tests passed, failed and were skipped. */
export type Counts = { pass: number; fail: number; skipped: number }

export const NO_COUNTS: Counts = { pass: 0, fail: 0, skipped: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return { pass: a.pass + b.pass, fail: a.fail + b.fail, skipped: a.skipped + b.skipped }
}

/** `tests 12 pass 10 fail 1 skipped 1` */
export function summaryLine(name: string, counts: Counts): string {
  const total = counts.pass + counts.fail + counts.skipped
  return `${name} ${total} pass ${counts.pass} fail ${counts.fail} skipped ${counts.skipped}`
}

/** The counts of a summary line, or null where the text is none or its total is wrong. */
export function countsOfLine(name: string, line: string): Counts | null {
  const match = /^(\w+) (\d+) pass (\d+) fail (\d+) skipped (\d+)$/.exec(line.trim())
  if (match === null || match[1] !== name) return null
  const [total = 0, pass = 0, fail = 0, skipped = 0] = match.slice(2).map(Number)
  return total === pass + fail + skipped ? { pass, fail, skipped } : null
}
