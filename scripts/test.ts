/**
 * Runs every test of the repository: packages, apps, scripts, contracts, guest programs and whole-network scenarios.
 *
 *   npm test                          everything
 *   npm test -- packages/sealing      only paths that begin with, or contain, the text
 *   npm test -- --json                one JSON object as the last line
 *
 * Ends with `tests N pass N fail N skipped N`. A file without a test, a failing set-up step and an empty selection are
 * failures: nothing passes by not running.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { addCounts, type Counts, countsOfLine, NO_COUNTS, summaryLine } from './testing/counts.ts'
import { runFiles } from './testing/runFiles.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** Each group runs on its own, the fast ones first; whole-network scenarios start many processes, so one at a time. */
const GROUPS = [
  { name: 'scripts', patterns: ['scripts/**/*.test.ts'], concurrency: 2, timeoutMs: 300_000 },
  { name: 'packages', patterns: ['packages/**/*.test.ts'], concurrency: 2, timeoutMs: 600_000 },
  {
    name: 'guest and circuits',
    patterns: ['{guest,circuits}/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 600_000,
  },
  { name: 'apps', patterns: ['apps/**/*.test.ts'], concurrency: 2, timeoutMs: 600_000 },
  {
    name: 'whole network',
    patterns: ['{e2e,examples}/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 900_000,
  },
]
const CONTRACTS_RUNNER = 'scripts/contracts/test.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
if (values.help) {
  process.stdout.write('usage: npm test -- [PATH...] [--json]\n')
} else {
  process.exitCode = await main(positionals, values.json ?? false)
}

async function main(filters: readonly string[], json: boolean): Promise<number> {
  const start = performance.now()
  let counts = NO_COUNTS
  let fileCount = 0
  for (const group of GROUPS) {
    const files = select(group.patterns, filters)
    if (files.length === 0) continue
    fileCount += files.length
    process.stdout.write(`${group.name}: ${files.length} files\n`)
    counts = addCounts(counts, await runFiles(ROOT, files, group))
  }
  if (existsSync(join(ROOT, CONTRACTS_RUNNER)) && matches('contracts/', filters)) {
    fileCount++
    counts = addCounts(counts, await runContracts())
  }
  const total = counts.pass + counts.fail + counts.skipped
  if (counts.pass + counts.fail === 0) {
    process.stdout.write(
      `no test ran${filters.length > 0 ? `: nothing matches ${filters.join(' ')}` : ''}\n`,
    )
  }
  const seconds = Math.round((performance.now() - start) / 100) / 10
  const ok = counts.fail === 0 && counts.pass > 0
  process.stdout.write(`${fileCount} files in ${seconds} s\n`)
  process.stdout.write(`${counts.pass} passed, ${counts.fail} failed, ${counts.skipped} skipped\n`)
  process.stdout.write(`${summaryLine('tests', counts)}\n`)
  if (json) {
    const result = { version: 1, ok, tests: total, ...counts, files: fileCount, seconds }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  return ok ? 0 : 1
}

function select(patterns: readonly string[], filters: readonly string[]): string[] {
  const exclude = (path: string) => path.split('/').at(-1) === 'node_modules'
  return globSync([...patterns], { cwd: ROOT, exclude })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => matches(path, filters))
    .sort()
}

function matches(path: string, filters: readonly string[]): boolean {
  if (filters.length === 0) return true
  return filters.some((filter) => path.includes(filter.replace(/^\.\//, '').replace(/\/$/, '')))
}

/** The Solidity tests have a runner of their own; its last line is `contracts N pass N fail N skipped N`. */
async function runContracts(): Promise<Counts> {
  process.stdout.write('contracts: Solidity tests\n')
  const child = spawn(process.execPath, [join(ROOT, CONTRACTS_RUNNER)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk)
    text = (text + chunk).slice(-10_000)
  })
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  const counts = countsOfLine('contracts', text.trimEnd().split('\n').at(-1) ?? '')
  if (counts === null) {
    process.stdout.write('contracts: the runner did not end with its counts\n')
    return { pass: 0, fail: 1, skipped: 0 }
  }
  return code !== 0 && counts.fail === 0 ? { ...counts, fail: 1 } : counts
}
