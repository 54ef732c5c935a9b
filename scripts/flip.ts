/**
 * Tries whether tests can fail: flips assertions one at a time (equal to notEqual, an expected code
 * to another) and expects the test around each to turn red. What stays green asserts nothing there.
 *
 *   npm run flip -- packages/health                  40 assertions drawn from that folder
 *   npm run flip -- --sample 200 --seed 7            200 drawn from everywhere but the whole-network scenarios
 *   npm run flip -- --sample all packages/sealing
 *
 * The changed file stands beside its original while it runs and is removed after. Exit code 1 when
 * one survives. It ends by saying which assertions it can't try at all.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { applied, type Mutation, mutationsOf, sample } from './flip/mutations.ts'
import { countAssertions, uncoveredLines } from './flip/uncovered.ts'
import type { Counts } from './testing/counts.ts'
import { runFile } from './testing/runFile.ts'
import { matches, testFiles } from './testing/select.ts'

const ROOT = resolve(import.meta.dirname, '..')
const TIMEOUT_MS = 300_000
const SLOW = /^(e2e|examples)\//

type Site = Mutation & { path: string }
type Verdict = 'red' | 'survived' | 'skipped'

const { values, positionals } = parseArgs({
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
})
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31))
const count = values.sample === 'all' ? Number.POSITIVE_INFINITY : Number(values.sample)
if (values.help || Number.isNaN(count) || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run flip -- [--sample N|all] [--seed S] [PATH...]\n')
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await main()
}

async function main(): Promise<number> {
  const all = testFiles(ROOT).filter(
    (path) => path.endsWith('.test.ts') && matches(path, positionals),
  )
  const files = all.filter((path) => positionals.length > 0 || !SLOW.test(path))
  const sites = files.flatMap(sitesOf)
  const chosen = sample(sites, count, seed)
  process.stdout.write(`${chosen.length} of ${sites.length} assertions, seed ${seed}\n`)
  const verdicts = new Map<Site, Verdict>()
  const waiting = [...chosen]
  const worker = async (number: number) => {
    for (let site = waiting.shift(); site !== undefined; site = waiting.shift()) {
      const verdict = await tryOne(site, number)
      verdicts.set(site, verdict)
      if (verdict !== 'red') show(site, verdict)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, (_, number) => worker(number)))
  const number = (wanted: Verdict) => [...verdicts.values()].filter((one) => one === wanted).length
  const [red, survived, skipped] = [number('red'), number('survived'), number('skipped')]
  process.stdout.write(
    `flipped ${chosen.length} red ${red} survived ${survived} skipped ${skipped}\n`,
  )
  const slow = all.filter((path) => !files.includes(path))
  const left = { unflipped: unflippedIn(files), slow: slow.flatMap(sitesOf).length }
  for (const line of uncoveredLines(ROOT, positionals, left)) process.stdout.write(`${line}\n`)
  return survived === 0 && red > 0 ? 0 : 1
}

function sitesOf(path: string): Site[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return mutationsOf(path, text).map((one) => ({ ...one, path }))
}

/** Assertions that no change turns round. */
function unflippedIn(files: readonly string[]): number {
  return files.reduce((sum, path) => {
    const flipped = new Set(sitesOf(path).map(({ line, before }) => `${line} ${before}`))
    return sum + Math.max(0, countAssertions(readFileSync(join(ROOT, path), 'utf8')) - flipped.size)
  }, 0)
}

/**
 * Runs the test around the assertion in a changed copy of its file; the whole file where that finds
 * no test.
 */
async function tryOne(site: Site, number: number): Promise<Verdict> {
  const copy = site.path.replace(/\.test\.ts$/, `.flip${number}.test.ts`)
  const text = readFileSync(join(ROOT, site.path), 'utf8')
  writeFileSync(join(ROOT, copy), applied(text, site))
  try {
    const name = site.test === null ? undefined : new RegExp(`${escaped(site.test)}$`)
    let counts = await run(copy, name)
    // No test by that name, or one that means something only after the others of its file: then the
    // whole file decides.
    if (name !== undefined && counts.fail === 0 && counts.skipped === 0) {
      counts = await run(copy, undefined)
    }
    if (counts.fail > 0) return 'red'
    return counts.pass === 0 ? 'skipped' : 'survived'
  } finally {
    rmSync(join(ROOT, copy), { force: true })
  }
}

function run(path: string, name: RegExp | undefined): Promise<Counts> {
  return runFile(ROOT, path, { timeoutMs: TIMEOUT_MS, name, quiet: true })
}

function show(site: Site, verdict: Verdict): void {
  const before = site.before.replaceAll(/\s+/g, ' ').slice(0, 90)
  process.stdout.write(
    `${verdict.padEnd(9)} ${site.path}:${site.line}  ${before} -> ${site.after.slice(0, 60)}\n`,
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
