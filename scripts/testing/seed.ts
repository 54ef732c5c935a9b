/**
 * Loaded before a test file with properties: every run tries the same cases, so a failure is never
 * a matter of luck. AMBROSIA_SEED (an integer) tries others; fast-check prints the seed of a
 * failure.
 */
import fc, { type RunDetails } from 'fast-check'
import { countAssertion } from './assertions.ts'

const seed = Number(process.env['AMBROSIA_SEED'] ?? 20260101)
if (!Number.isSafeInteger(seed)) throw new Error('AMBROSIA_SEED is an integer')

/** What fast-check does by itself; a property that was tried counts as an assertion. */
function reporter(details: RunDetails<unknown>): void {
  if (details.numRuns > 0) countAssertion()
  if (details.failed) {
    throw new Error(fc.defaultReportMessage(details) ?? 'the property failed', {
      cause: details.errorInstance,
    })
  }
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed, reporter })
