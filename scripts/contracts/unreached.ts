/**
 * Invariant suites that prove nothing. A suite plays moves at random and writes, at the end of each
 * run, how often it reached what it is there for (test/support/Player.sol); over all its runs each
 * must have been reached.
 * @param texts sources of the test files that ran
 * @param report lines `<suite> <name> <count>`
 * @returns a sentence for each fault
 */
export function unreached(texts: readonly string[], report: string): string[] {
  const totals = new Map<string, Map<string, number>>()
  for (const line of report.split('\n')) {
    const [, suite, name, count] = /^(\w+) (.+) (\d+)$/.exec(line) ?? []
    if (suite === undefined || name === undefined) continue
    const names = totals.get(suite) ?? new Map<string, number>()
    names.set(name, (names.get(name) ?? 0) + Number(count))
    totals.set(suite, names)
  }
  const faults: string[] = []
  for (const text of texts) {
    if (!/\bfunction invariant_\w+\(/.test(text)) continue
    const suites = [...text.matchAll(/reportReached\("(\w+)"\)/g)].map(([, name]) => name as string)
    if (suites.length === 0 && !text.includes('reportReached(')) {
      faults.push('an invariant suite does not report what its runs reached')
    }
    for (const suite of suites) {
      if (!totals.has(suite)) faults.push(`${suite} reported nothing that its runs reached`)
    }
  }
  for (const [suite, names] of totals) {
    const missing = [...names].filter(([, count]) => count === 0).map(([name]) => name)
    if (missing.length > 0) faults.push(`no run of ${suite} reached: ${missing.join(', ')}`)
  }
  return faults
}
