import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defer, type Ending } from './defer.ts'

/** A folder that goes with the test or suite: a home, a place for databases and logs. */
export function useFolder(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-'))
  defer(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
