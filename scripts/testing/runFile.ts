import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { addCounts, type Counts, NO_COUNTS } from './counts.ts'
import { type FileState, finishFile, newState, noteTest, type TestData } from './report.ts'

const SEED = beside('seed.ts')
const ASSERTIONS = beside('assertions.ts')
const SIMULATE = join(import.meta.dirname, 'simulate.ts')
const TOGETHER = join(import.meta.dirname, 'together.ts')

function beside(name: string): string {
  return pathToFileURL(join(import.meta.dirname, name)).href
}

type RunOptions = {
  /**
   * A file that has not ended by then is stopped and fails, one that hangs after its tests too;
   * where several share a process, one of which nothing was heard for so long.
   */
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
export async function runFile(root: string, file: string, options: RunOptions): Promise<Counts> {
  const { name, quiet = false } = options
  const counts: Counts = { ...NO_COUNTS }
  const state = newState()
  const start = performance.now()
  const isSimulation = file.endsWith('.sim.ts')
  const path = join(root, file)
  const entry = isSimulation ? { path: SIMULATE, args: [path] } : { path, args: [] }
  state.output = await runProcess(entry, [path], options, (data, passed) =>
    noteTest(root, passed, data, state, counts, { isFiltered: name !== undefined, quiet }),
  )
  if (!quiet) finishFile(file, state, performance.now() - start)
  return counts
}

/**
 * Runs test files that don't touch what a process has only one of, all in one process: most of a
 * short file's time is loading what it tests. Failures and lines are told file by file. Files that
 * had not ended when the process did are run again, each alone: so one that crashes or hangs fails
 * by its name and takes no other with it.
 */
export async function runTogether(
  root: string,
  files: readonly string[],
  options: RunOptions,
): Promise<Counts> {
  const paths = files.map((file) => join(root, file))
  const byPath = new Map(files.map((file, index) => [paths[index], file]))
  const ended: { file: string; state: FileState; durationMs: number }[] = []
  let counts: Counts = { ...NO_COUNTS }
  let state = newState()
  let ofFile: Counts = { ...NO_COUNTS }
  const note = (passed: boolean, data: TestData, to: Counts) =>
    noteTest(root, passed, data, state, to, { isFiltered: false, quiet: false })
  const entry = { path: TOGETHER, args: paths }
  const output = await runProcess(entry, paths, options, (data, passed) => {
    // The process itself: it crashed, was stopped or failed after its tests.
    if (data.entryFile === undefined) return passed || note(passed, data, counts)
    const file = data.nesting === 0 ? byPath.get(data.name) : undefined
    if (file === undefined) return note(passed, data, ofFile)
    const isEmpty = passed && state.testCount === 0
    note(passed, isEmpty ? fileOf(data) : data, ofFile)
    ended.push({ file, state, durationMs: data.details?.duration_ms ?? 0 })
    counts = addCounts(counts, ofFile)
    state = newState()
    ofFile = { ...NO_COUNTS }
  })
  for (const { file, state, durationMs } of ended) {
    finishFile(file, { ...state, output }, durationMs)
  }
  const done = new Set(ended.map(({ file }) => file))
  for (const file of files) {
    if (!done.has(file)) counts = addCounts(counts, await runFile(root, file, options))
  }
  return counts
}

/** A file that ran as a suite, as the runner tells of one that ran alone. */
function fileOf({ name, nesting }: TestData): TestData {
  return { name, nesting, file: name }
}

/** Runs node's runner on one process and returns what that printed. */
async function runProcess(
  entry: { path: string; args: readonly string[] },
  paths: readonly string[],
  { timeoutMs, name, execArgv = [] }: RunOptions,
  onTest: (data: TestData, passed: boolean) => void,
): Promise<string> {
  // The runner's own timeout stops waiting for a file but leaves its process behind; an abort ends
  // both.
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  const hasProperties = paths.some((path) => readFileSync(path, 'utf8').includes('fast-check'))
  const stream = run({
    files: [entry.path],
    argv: [...entry.args],
    ...(name === undefined ? {} : { testNamePatterns: [name] }),
    concurrency: 1,
    signal: stop.signal,
    execArgv: [...execArgv, '--import', ASSERTIONS, ...(hasProperties ? ['--import', SEED] : [])],
  })
  let output = ''
  for await (const event of stream) {
    // Of several files each has the time of one.
    if (paths.length > 1) timer.refresh()
    const data = event.data as unknown as TestData & { message?: string }
    if (event.type === 'test:stdout' || event.type === 'test:stderr') output += data.message
    if (event.type === 'test:diagnostic' && data.file !== undefined) output += `${data.message}\n`
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      onTest(data, event.type === 'test:pass')
    }
  }
  clearTimeout(timer)
  if (stop.signal.aborted) output += `stopped: it had not ended after ${timeoutMs} ms\n`
  return output
}
