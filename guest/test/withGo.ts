import type { TestContext } from 'node:test'
import { findToolchain, goVersion } from '../toolchain/go.ts'

/** `AMBROSIA_GUEST=full`: everything is built and run, which takes minutes and fetches Go modules. */
export const isFull = process.env['AMBROSIA_GUEST'] === 'full'

/** True if the test can build guests; else the test is skipped with the reason. */
export function canBuild(t: TestContext): boolean {
  if (findToolchain() !== undefined) return true
  t.skip(`go is not installed: guests are built with ${goVersion}`)
  return false
}

/** Progress of a build, as the test's diagnostics. */
export function diagnose(t: TestContext): (line: string) => void {
  return (line) => t.diagnostic(line)
}
