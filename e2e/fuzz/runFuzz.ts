import { inspect } from 'node:util'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Boundary, type OpenBoundary, TRACE } from './Boundary.ts'
import { createChance } from './Chance.ts'

/** What a run of one boundary showed. */
export type FuzzReport = {
  name: string
  cases: number
  /** How often each answer was given: `taken`, or a code. */
  answers: Record<string, number>
  slowestMs: number
  slowestSeed: number
  /** Most memory beyond that of the start, bytes, as looked at between cases. */
  memoryBytes: number
  failures: string[]
}

const FAILURES_SHOWN = 5
const CODE = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)?$/

/** Feeds a boundary with cases from a seed; each is repeated by `--cases 1 --seed` of its own. */
export async function runFuzz(
  boundary: Boundary,
  options: { cases: number; seed: number },
): Promise<FuzzReport> {
  const { name } = boundary
  const report: FuzzReport = {
    name,
    cases: 0,
    answers: {},
    slowestMs: 0,
    slowestSeed: options.seed,
    memoryBytes: 0,
    failures: [],
  }
  const open = await boundary.open()
  try {
    const before = process.memoryUsage().rss
    for (; report.cases < options.cases; report.cases++) {
      const seed = options.seed + report.cases
      await feedOnce(open, { seed, limitMs: boundary.limitMs }, report)
      if (report.failures.length >= FAILURES_SHOWN) break
      if (report.cases % 64 === 0)
        report.memoryBytes = Math.max(report.memoryBytes, process.memoryUsage().rss - before)
    }
    if (open.written?.().includes(TRACE)) report.failures.push('what was planted is in a log')
  } finally {
    await open.close?.()
  }
  return report
}

async function feedOnce(
  open: OpenBoundary,
  { seed, limitMs }: { seed: number; limitMs: number },
  report: FuzzReport,
): Promise<void> {
  const fail = (text: string) => report.failures.push(`${report.name}, seed ${seed}: ${text}`)
  const start = performance.now()
  try {
    const answer = await open.feed(createChance(seed))
    report.answers[answer] = (report.answers[answer] ?? 0) + 1
  } catch (error) {
    fail(inspect(error, { depth: 3 }).slice(0, 1500))
  }
  const ms = performance.now() - start
  if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowestSeed: seed })
  if (ms > limitMs) fail(`it took ${Math.round(ms)} ms of ${limitMs}`)
}

/**
 * Runs what reads the input, and tells how it was answered.
 * @throws what is no refusal of ours, or quotes what was planted
 */
export async function answerOf(read: () => unknown): Promise<string> {
  try {
    await read()
    return 'taken'
  } catch (error) {
    if (!(error instanceof AmbrosiaError) || !CODE.test(error.code)) throw error
    const said = JSON.stringify([error.message, error.hint, error.details])
    if (said.includes(TRACE)) throw new Error(`${error.code} quotes what was planted`)
    return error.code
  }
}
