/**
 * Writes every committed generated file anew: ABIs, tables, vectors.
 *
 *   npm run gen
 */
import { resolve } from 'node:path'
import { generators } from './checks/generated.ts'
import { runNode } from './checks/tools.ts'

const ROOT = resolve(import.meta.dirname, '..')

for (const path of generators(ROOT)) {
  const start = performance.now()
  const problems = await runNode(ROOT, [path], 'Mend the generator.')
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${path}  ${seconds} s\n`)
  for (const { message } of problems) {
    process.stdout.write(`${message}\n`)
    process.exitCode = 1
  }
}
