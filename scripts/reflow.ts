/**
 * Breaks the lines of documents and comments at 100 columns, in paragraphs that have a longer one.
 *
 *   npm run reflow               every file whose lines are held to their length (checks/columns.ts)
 *   npm run reflow -- docs/      every file whose path begins with, or contains, the text
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isHeld } from './checks/columns.ts'
import { projectFiles } from './checks/files.ts'
import { isReflowed, reflow } from './columns/reflow.ts'
import { matches } from './testing/select.ts'

const ROOT = resolve(import.meta.dirname, '..')

const wanted = process.argv.slice(2)
const isWanted = (path: string) => (wanted.length === 0 ? isHeld(path) : matches(path, wanted))

let count = 0
for (const path of projectFiles(ROOT)) {
  if (!isReflowed(path) || !isWanted(path)) continue
  const before = readFileSync(join(ROOT, path), 'utf8')
  const after = reflow(path, before)
  if (before === after) continue
  writeFileSync(join(ROOT, path), after)
  count++
}
if (count > 0) process.stdout.write(`lines broken in ${count} files\n`)
