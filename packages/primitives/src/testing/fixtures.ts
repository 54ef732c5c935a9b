import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** The folder of published sample data, which is never part of the project. */
export function fixturesFolder(): string {
  return resolve(REPOSITORY, process.env['AMBROSIA_FIXTURES_DIR'] ?? defaultFolder())
}

function defaultFolder(): string {
  const setting = process.env['AMBROSIA_FIXTURES']
  return setting === undefined || setting === 'required' ? '../shared/fixtures' : setting
}

/**
 * The path of a published sample, or null after skipping the test with the reason.
 * With AMBROSIA_FIXTURES=required an absent sample fails the test.
 */
export function fixturePath(t: Pick<TestContext, 'skip'>, path: string): string | null {
  const whole = join(fixturesFolder(), path)
  if (existsSync(whole)) return whole
  if (process.env['AMBROSIA_FIXTURES'] === 'required') {
    throw new Error(`the sample ${path} is required and absent`)
  }
  t.skip(`published sample ${path} is absent; set AMBROSIA_FIXTURES to its folder`)
  return null
}
