/**
 * Runs every test of the repository: packages, apps, scripts, contracts, guest programs,
 * whole-network scenarios, and each simulation a little.
 *
 *   npm test                          everything
 *   npm test -- packages/sealing      only paths that begin with, or contain, the text
 *   npm test -- --changed             what the changes since the main branch can reach; --changed=COMMIT compares with that
 *   npm test -- --name PATTERN        only tests whose full name matches the regular expression
 *   npm test -- --watch               again whenever a file changes, what that change can reach
 *   npm test -- --json                one JSON object as the last line
 *
 * Ends with `tests N pass N fail N skipped N`. A file without a test, a test without an assertion,
 * a failing set-up step and an empty selection are failures: nothing passes by not running.
 */
import { watch } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensurePackages } from './setup/packages.mjs'
import { readGraph } from './source/Graph.ts'
import { contractDomains, runContracts } from './testing/contracts.ts'
import { addCounts, type Counts, NO_COUNTS, summaryLine } from './testing/counts.ts'
import { keepDurations, readDurations, typicalMs } from './testing/durations.ts'
import { groupsOf } from './testing/groups.ts'
import { packDependencies } from './testing/packDependencies.ts'
import { noteUsage } from './testing/processorTime.ts'
import { runFile, runTogether } from './testing/runFile.ts'
import { type Job, runJobs } from './testing/schedule.ts'
import { affectedTests, baseOf, changedFiles, matches, testFiles } from './testing/select.ts'
import { shareProcess } from './testing/shareProcess.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** Starts a whole network, and then waits for its clocks most of the time. */
const WHOLE_NETWORK =
  /^(e2e|examples\/first-sale|apps\/web\/test)\/|^apps\/node\/src\/(start|adversaries)\./
const NETWORK_COST = 0.5
const TIMEOUT_MS = 600_000
const LONG_TIMEOUT_MS = 1_800_000
const SLOWEST = 20
const NODE_OPTIONS = process.env['NODE_OPTIONS'] ?? ''
const SETTLE_MS = 300

/** `usedMs` is processor time, undefined for a process that was stopped. */
type Measured = { counts: Counts; usedMs: number | undefined }
type Options = { filters: readonly string[]; name: RegExp | undefined; json: boolean }

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).map((arg) => (arg === '--changed' ? '--changed=' : arg)),
  options: {
    changed: { type: 'string' },
    name: { type: 'string' },
    watch: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
})
if (values.help) {
  process.stdout.write(
    'usage: npm test -- [PATH...] [--changed[=COMMIT]] [--name PATTERN] [--watch] [--json]\n',
  )
} else {
  const name = values.name === undefined ? undefined : new RegExp(values.name)
  const options = { filters: positionals, name, json: values.json ?? false }
  if (values.watch) await watchAndRun(options)
  else process.exitCode = await main(options, values.changed)
}

async function main(options: Options, since: string | undefined): Promise<number> {
  const changed = since === undefined ? null : changedFiles(ROOT, since || baseOf(ROOT))
  const files = select(options.filters, changed)
  const hasContracts = options.name === undefined
  const domains = hasContracts ? contractDomains(ROOT, options.filters, changed) : []
  if (changed !== null && files.length + domains.length === 0) {
    process.stdout.write(`${changed.length} changed files reach no test\n`)
    process.stdout.write(`${summaryLine('tests', NO_COUNTS)}\n`)
    return 0
  }
  return await runAll(files, domains, options)
}

/**
 * The chosen test files; of those only what the changed ones can reach, where changes are given.
 */
function select(filters: readonly string[], changed: readonly string[] | null): string[] {
  const files = testFiles(ROOT).filter((path) => matches(path, filters))
  return changed === null ? files : affectedTests(ROOT, readGraph(ROOT), files, changed)
}

async function runAll(
  files: readonly string[],
  domains: readonly string[],
  options: Options,
): Promise<number> {
  const start = performance.now()
  await ensurePackages(ROOT, process.execPath, groupsOf(ROOT, files))
  process.env['NODE_OPTIONS'] = `${NODE_OPTIONS} ${await packDependencies(ROOT)}`
  const expected = readDurations()
  const expectedMs = (name: string) => expected.get(name) ?? typicalMs(name)
  const groups =
    options.name === undefined ? shareProcess(ROOT, files) : files.map((file) => [file])
  const jobs = groups.map((group) => job(group, options.name, expectedMs))
  for (const domain of domains) {
    const run = () => measured((execArgv) => runContracts(ROOT, domain, execArgv))
    jobs.push({ name: domain, cost: 1, expectedMs: expectedMs(domain), run })
  }
  const results = await runJobs(jobs, availableParallelism())
  const seconds = Math.round((performance.now() - start) / 100) / 10
  if (options.name === undefined) {
    keepDurations(new Map(results.map(({ job, ms }) => [job.name, ms])))
  }
  const counts = results.map(({ result }) => result.counts).reduce(addCounts, NO_COUNTS)
  if (counts.pass + counts.fail === 0) process.stdout.write('no test ran: nothing matches\n')
  printSlowest(results)
  return finish(counts, files.length + domains.length, seconds, options.json)
}

/** What ran longest, with the processor time it cost: on a busy machine the clock says little. */
function printSlowest(results: readonly { job: Job<Measured>; result: Measured; ms: number }[]) {
  const seconds = (ms: number) => (ms / 1000).toFixed(1).padStart(7)
  const all = results.reduce((sum, { result }) => sum + (result.usedMs ?? 0), 0)
  process.stdout.write(
    `slowest (by the clock, processor time; ${seconds(all).trim()} s of it in all)\n`,
  )
  const longest = [...results].sort((one, other) => other.ms - one.ms)
  for (const { job, result, ms } of longest.slice(0, SLOWEST)) {
    const used = result.usedMs === undefined ? '      ?' : seconds(result.usedMs)
    process.stdout.write(`${seconds(ms)} s ${used} s  ${job.name}\n`)
  }
}

async function measured(run: (execArgv: readonly string[]) => Promise<Counts>): Promise<Measured> {
  const usage = noteUsage()
  const counts = await run(usage.execArgv)
  return { counts, usedMs: usage.take() }
}

/** The files run in one process; several are known by the first. */
function job(
  files: readonly string[],
  name: RegExp | undefined,
  expectedMs: (name: string) => number,
): Job<Measured> {
  const [first = '', ...others] = files
  if (others.length > 0) {
    const run = () =>
      measured((execArgv) => runTogether(ROOT, files, { timeoutMs: TIMEOUT_MS, execArgv }))
    const together = `${first} and ${others.length} more`
    return { name: together, cost: 1, expectedMs: expectedMs(together), run }
  }
  const isNetwork = WHOLE_NETWORK.test(first)
  // A guest program is built the first time, which takes minutes.
  const timeoutMs = isNetwork || first.startsWith('guest/') ? LONG_TIMEOUT_MS : TIMEOUT_MS
  const cost = isNetwork ? NETWORK_COST : 1
  const run = () => measured((execArgv) => runFile(ROOT, first, { timeoutMs, name, execArgv }))
  return { name: first, cost, expectedMs: expectedMs(first), run }
}

function finish(counts: Counts, fileCount: number, seconds: number, json: boolean): number {
  const ok = counts.fail === 0 && counts.pass > 0
  const tests = counts.pass + counts.fail + counts.skipped
  process.stdout.write(`${fileCount} files in ${seconds} s\n`)
  process.stdout.write(`${counts.pass} passed, ${counts.fail} failed, ${counts.skipped} skipped\n`)
  process.stdout.write(`${summaryLine('tests', counts)}\n`)
  if (json) {
    const result = { version: 1, ok, tests, ...counts, files: fileCount, seconds }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  return ok ? 0 : 1
}

/** Runs once, then again after every change; Ctrl-C ends it. */
async function watchAndRun(options: Options): Promise<void> {
  const changed = new Set<string>()
  let wake = () => {}
  const watcher = watch(ROOT, { recursive: true }, (_event, name) => {
    const path = String(name ?? '').replaceAll('\\', '/')
    if (/(^|\/)(node_modules|\.git|\.ambrosia|\.cache|artifacts|cache)(\/|$)|^$/.test(path)) return
    changed.add(path)
    wake()
  })
  process.on('SIGINT', () => {
    watcher.close()
    process.exit(130)
  })
  let files = select(options.filters, null)
  for (;;) {
    if (files.length > 0) await runAll(files, [], options)
    else process.stdout.write('no test is reached by that change\n')
    process.stdout.write('waiting for a change (Ctrl-C ends)\n')
    if (changed.size === 0) {
      await new Promise<void>((done) => {
        wake = done
      })
    }
    // An editor writes several files at a time.
    await new Promise((done) => setTimeout(done, SETTLE_MS))
    files = select(options.filters, [...changed])
    changed.clear()
  }
}
