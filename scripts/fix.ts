/**
 * Mends what a machine can mend: format, order of imports, lint with a safe fix, and the documents
 * that are read from the sources. What it can't mend, `npm run check` names.
 *
 *   npm run fix
 */
import { join, resolve } from 'node:path'
import { QUICK_GENERATORS } from './checks/generated.ts'
import { runNode } from './checks/tools.ts'

const ROOT = resolve(import.meta.dirname, '..')
const BIOME = join('node_modules', '@biomejs', 'biome', 'bin', 'biome')
const STEPS = [
  ['scripts/reflow.ts'],
  [BIOME, 'check', '--write', '--log-level=error'],
  ...QUICK_GENERATORS.map((path) => [path]),
]

for (const step of STEPS) {
  for (const { message } of await runNode(ROOT, step, '')) {
    process.stdout.write(`${message}\n`)
    process.exitCode = 1
  }
}
