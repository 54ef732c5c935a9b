import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { type Counts, NO_COUNTS } from './counts.ts'

const SEED = beside('seed.ts')
const ASSERTIONS = beside('assertions.ts')
const SIMULATE = join(import.meta.dirname, 'simulate.ts')

function beside(name: string): string {
  return pathToFileURL(join(import.meta.dirname, name)).href
}

/** What the runner tells about one test; the parts of node's own events that are read here. */
type TestData = {
  name: string
  nesting: number
  line?: number
  column?: number
  file?: string
  /** Absent on the entry that stands for a whole file. */
  entryFile?: string
  skip?: string | boolean
  todo?: string | boolean
  details?: { type?: string; duration_ms?: number; error?: unknown }
}

type FileState = { output: string; testCount: number; failCount: number; skips: string[] }

type RunOptions = {
  /** A file that has not ended by then is stopped and fails, one that hangs after its tests too. */
  timeoutMs: number
  /**
   * Only tests whose name, with those of its suites before it, matches; a file without one is
   * passed over.
   */
  name?: RegExp | undefined
  /** Counts without printing. */
  quiet?: boolean
  /** Options of node for the file's process, beside its own. */
  execArgv?: readonly string[]
}

/**
 * Runs a test file or a simulation with node's runner, in a process of its own, and prints a line,
 * every failure whole with what its file printed, and every skipped test with its reason.
 */
export async function runFile(
  root: string,
  file: string,
  { timeoutMs, name, quiet = false, execArgv = [] }: RunOptions,
): Promise<Counts> {
  const counts: Counts = { ...NO_COUNTS }
  const state: FileState = { output: '', testCount: 0, failCount: 0, skips: [] }
  const start = performance.now()
  // The runner's own timeout stops waiting for a file but leaves its process behind; an abort ends
  // both.
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  const hasProperties = readFileSync(join(root, file), 'utf8').includes('fast-check')
  const isSimulation = file.endsWith('.sim.ts')
  const stream = run({
    files: [isSimulation ? SIMULATE : join(root, file)],
    ...(isSimulation ? { argv: [join(root, file)] } : {}),
    ...(name === undefined ? {} : { testNamePatterns: [name] }),
    concurrency: 1,
    signal: stop.signal,
    execArgv: [...execArgv, '--import', ASSERTIONS, ...(hasProperties ? ['--import', SEED] : [])],
  })
  for await (const event of stream) {
    const data = event.data as unknown as TestData & { message?: string }
    const isPrinted = event.type === 'test:stdout' || event.type === 'test:stderr'
    if (isPrinted) state.output += data.message
    if (event.type === 'test:diagnostic' && data.file !== undefined) {
      state.output += `${data.message}\n`
    }
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      count(root, event.type === 'test:pass', data, state, counts, {
        isFiltered: name !== undefined,
        quiet,
      })
    }
  }
  clearTimeout(timer)
  if (stop.signal.aborted) state.output += `stopped: it had not ended after ${timeoutMs} ms\n`
  if (!quiet) finishFile(file, state, performance.now() - start)
  return counts
}

function count(
  root: string,
  passed: boolean,
  data: TestData,
  state: FileState,
  counts: Counts,
  { isFiltered, quiet }: { isFiltered: boolean; quiet: boolean },
): void {
  const isFile = data.entryFile === undefined
  if (passed && isFile) {
    if (isFiltered) return
    if (!quiet) report(root, data, 'this file has no test: add one or delete the file')
    counts.fail++
    state.failCount++
    return
  }
  if (data.details?.type === 'suite' && (passed || isOnlySubtests(data))) return
  state.testCount++
  if (!passed) {
    counts.fail++
    state.failCount++
    if (!quiet && !isOnlySubtests(data)) report(root, data, describe(data.details?.error))
  } else if (data.skip !== undefined || data.todo !== undefined) {
    counts.skipped++
    const reason = data.skip ?? data.todo
    state.skips.push(
      `${data.name}: ${reason === true || reason === '' ? 'no reason given' : reason}`,
    )
  } else counts.pass++
}

function finishFile(file: string, state: FileState, durationMs: number): void {
  if (state.testCount + state.failCount === 0) return
  const mark = state.failCount > 0 ? 'FAIL' : 'ok  '
  const time = `${(durationMs / 1000).toFixed(1)} s`
  process.stdout.write(`${mark} ${file}  ${state.testCount} tests  ${time}\n`)
  for (const skip of state.skips) process.stdout.write(`     skipped ${skip}\n`)
  if (state.failCount === 0 || state.output === '') return
  process.stdout.write(`     printed by ${file}:\n${indent(state.output.trimEnd())}\n`)
}

function report(root: string, data: TestData, text: string): void {
  const file = relative(root, data.file ?? '')
  const place = data.line === undefined ? file : `${file}:${data.line}:${data.column}`
  const name = data.entryFile === undefined ? 'the whole file' : data.name
  process.stdout.write(`\nFAIL ${place}  ${name}\n${indent(text)}\n\n`)
}

/** A parent fails when a subtest does; the subtest has been reported already. */
function isOnlySubtests(data: TestData): boolean {
  const error = data.details?.error as { failureType?: string } | undefined
  return error?.failureType === 'subtestsFailed'
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return typeof cause === 'string' ? cause : inspect(cause, { depth: 8, maxStringLength: 20_000 })
}

function indent(text: string): string {
  return text.replace(/^/gm, '     ')
}
