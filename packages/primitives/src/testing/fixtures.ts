import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'

const REPOSITORY = resolve(import.meta.dirname, '../../../..')
const DEFAULT_FOLDER = '../shared/fixtures'

/**
 * The folder of published sample data, which is never part of the project. AMBROSIA_FIXTURES is
 * unset (the default folder, beside the repository), a folder (relative to the repository), or
 * `required` (the default folder, and an absent sample fails its test instead of skipping it).
 */
export function fixturesFolder(): string {
  const setting = process.env['AMBROSIA_FIXTURES'] ?? ''
  const isFolder = setting !== '' && setting !== 'required'
  return resolve(REPOSITORY, isFolder ? setting : DEFAULT_FOLDER)
}

/**
 * The path of a published sample such as `fhir/synthea`, or null after skipping the test with the
 * reason.
 * @throws Error where the sample is absent and AMBROSIA_FIXTURES is `required`
 */
export function fixturePath(t: Pick<TestContext, 'skip'>, path: string): string | null {
  const whole = join(fixturesFolder(), path)
  if (existsSync(whole)) return whole
  if (process.env['AMBROSIA_FIXTURES'] === 'required') {
    throw new Error(`the sample ${path} is required (AMBROSIA_FIXTURES) and absent`)
  }
  t.skip(`published sample ${path} is absent; set AMBROSIA_FIXTURES to its folder`)
  return null
}
