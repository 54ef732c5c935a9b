import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder of a test's own, removed afterwards. */
export function useFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
