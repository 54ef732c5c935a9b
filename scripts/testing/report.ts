import { relative } from 'node:path'
import { inspect } from 'node:util'
import type { Counts } from './counts.ts'

/** What the runner tells about one test; the parts of node's own events that are read here. */
export type TestData = {
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

/** What is known of one test file so far. */
export type FileState = { output: string; testCount: number; failCount: number; skips: string[] }

export const newState = (): FileState => ({ output: '', testCount: 0, failCount: 0, skips: [] })

/** Counts one test that has ended, and prints it where it failed. */
export function noteTest(
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

/** Prints the line of a file that has ended, with what it printed itself where it failed. */
export function finishFile(file: string, state: FileState, durationMs: number): void {
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
