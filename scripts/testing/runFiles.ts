import { join, relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'
import { type Counts, NO_COUNTS } from './counts.ts'

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

/**
 * Runs test files with node's runner, a process each, and prints a line per file, every failure whole with what its
 * file printed, and every skipped test with its reason.
 */
export async function runFiles(
  root: string,
  files: readonly string[],
  options: { concurrency: number; timeoutMs: number },
): Promise<Counts> {
  const counts: Counts = { ...NO_COUNTS }
  const states = new Map<string, FileState>()
  const stateOf = (file: string | undefined): FileState => {
    const key = file ?? ''
    const state = states.get(key) ?? { output: '', testCount: 0, failCount: 0, skips: [] }
    states.set(key, state)
    return state
  }
  const stream = run({
    files: files.map((file) => join(root, file)),
    concurrency: options.concurrency,
    timeout: options.timeoutMs,
  })
  for await (const event of stream) {
    const data = event.data as unknown as TestData & { message?: string }
    const state = stateOf(data.file)
    if (event.type === 'test:stdout' || event.type === 'test:stderr') state.output += data.message
    if (event.type === 'test:diagnostic' && data.file !== undefined) {
      state.output += `${data.message}\n`
    }
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      count(root, event.type === 'test:pass', data, state, counts)
    }
    if (event.type === 'test:summary' && data.file !== undefined) {
      const { duration_ms } = event.data as unknown as { duration_ms: number }
      finishFile(root, data.file, state, duration_ms)
    }
  }
  return counts
}

function count(root: string, passed: boolean, data: TestData, state: FileState, counts: Counts) {
  const isFile = data.entryFile === undefined
  if (passed && isFile) {
    report(root, data, 'this file has no test: add one or delete the file')
    counts.fail++
    return
  }
  if (data.details?.type === 'suite' && (passed || isOnlySubtests(data))) return
  state.testCount++
  if (!passed) {
    counts.fail++
    state.failCount++
    if (!isOnlySubtests(data)) report(root, data, describe(data.details?.error))
    if (isFile) print(root, data.file, state.output)
  } else if (data.skip !== undefined || data.todo !== undefined) {
    counts.skipped++
    const reason = data.skip ?? data.todo
    state.skips.push(
      `${data.name}: ${reason === true || reason === '' ? 'no reason given' : reason}`,
    )
  } else counts.pass++
}

function finishFile(root: string, file: string, state: FileState, durationMs: number): void {
  const mark = state.failCount > 0 ? 'FAIL' : 'ok  '
  const time = `${(durationMs / 1000).toFixed(1)} s`
  process.stdout.write(`${mark} ${relative(root, file)}  ${state.testCount} tests  ${time}\n`)
  for (const skip of state.skips) process.stdout.write(`     skipped ${skip}\n`)
  if (state.failCount > 0) print(root, file, state.output)
}

function report(root: string, data: TestData, text: string): void {
  const file = relative(root, data.file ?? '')
  const place = data.line === undefined ? file : `${file}:${data.line}:${data.column}`
  const name = data.entryFile === undefined ? 'the whole file' : data.name
  process.stdout.write(`\nFAIL ${place}  ${name}\n${indent(text)}\n\n`)
}

function print(root: string, file: string | undefined, output: string): void {
  if (output === '') return
  process.stdout.write(
    `     printed by ${relative(root, file ?? '')}:\n${indent(output.trimEnd())}\n`,
  )
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
