import type { TestContext } from 'node:test'
import { goVersion, installedGo } from '../toolchain/go.ts'

/**
 * `AMBROSIA_GUEST=full`: everything is built and run, which takes minutes, fetches Go modules and
 * demands Go.
 */
export const isFull = process.env['AMBROSIA_GUEST'] === 'full'

/**
 * `AMBROSIA_GUEST=build`, as in `.ci/run`: what is not built yet is built once where Go is there,
 * instead of skipped.
 */
export const mayBuild = isFull || process.env['AMBROSIA_GUEST'] === 'build'

/** True if the test can build guests; else the test is skipped with the reason. */
export function canBuild(t: TestContext): boolean {
  const found = installedGo()
  if (found === goVersion || isFull) return true
  t.skip(
    `guests are built with ${goVersion}: ${found === undefined ? 'go is not installed' : `go is ${found}`}`,
  )
  return false
}

/** Progress of a build, as the test's diagnostics. */
export function diagnose(t: TestContext): (line: string) => void {
  return (line) => t.diagnostic(line)
}
