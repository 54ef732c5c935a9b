/**
 * Runs benchmarks: figures on this machine, each against what it is measured by.
 *
 *   npm run bench                                 what there is
 *   npm run bench -- settle                       one file
 *   npm run bench -- settle.one                   the figures that begin so
 *   npm run bench -- vault --size 100MB --json    smaller input; one JSON object as the last line
 *   npm run bench -- sale.10 --profile FOLDER     which functions take the time; profiles for DevTools
 *
 * A benchmark is `packages/NAME/bench/*.bench.ts`, or the same below `apps/NAME`, `circuits` or
 * `e2e`, and exports `name` (the first part of its figures), optionally `figures`
 * (their names) and `run(options)`. A larger ratio is better.
 */
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type Benchmark,
  figuresTable,
  isBenchmark,
  matchesFigure,
  parseSize,
  problemOfFigure,
} from './bench/figures.ts'
import { startProfile } from './bench/profile.ts'

const ROOT = resolve(import.meta.dirname, '..')
const PATTERNS = [
  'circuits/bench/*.bench.ts',
  'packages/*/bench/*.bench.ts',
  'apps/*/bench/*.bench.ts',
  'e2e/bench/*.bench.ts',
]
const USAGE = 'usage: npm run bench -- [NAME] [--size 100MB] [--json] [--profile FOLDER]\n'

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`)
  return 1
})

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean' },
      size: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  })
  const json = values.json ?? false
  const sizeBytes = values.size === undefined ? undefined : parseSize(values.size)
  if (values.help || positionals.length > 1 || sizeBytes === null) {
    process.stderr.write(USAGE)
    return values.help ? 0 : 2
  }
  const all = await load()
  const wanted = positionals[0]
  if (wanted === undefined) return list(all, json)
  const chosen = all.filter((benchmark) => isWanted(benchmark, wanted))
  if (chosen.length === 0) {
    const names = all.map(({ name }) => name).join(', ')
    return fail(json, 'Bench.Unknown', `no benchmark ${wanted}`, `There is: ${names || 'none'}.`, 2)
  }
  const stopProfile = values.profile ? await startProfile(resolve(values.profile)) : null
  const figures = []
  for (const benchmark of chosen) {
    process.stderr.write(`running ${benchmark.name} (${benchmark.path})\n`)
    const result = await benchmark.run({ sizeBytes, only: wanted })
    for (const figure of result.figures) {
      const problem = problemOfFigure(figure)
      if (problem !== null) return fail(json, 'Bench.BadFigure', problem, benchmark.path, 1)
      const isAll = wanted === benchmark.name || wanted === benchmark.file
      if (isAll || matchesFigure(figure.name, wanted)) figures.push(figure)
    }
  }
  if (stopProfile) process.stdout.write(await stopProfile())
  if (figures.length === 0) {
    return fail(json, 'Bench.NoFigure', `no figure begins with ${wanted}`, USAGE.trim(), 1)
  }
  process.stdout.write(figuresTable(figures))
  if (json) process.stdout.write(`${JSON.stringify({ version: 1, ok: true, figures })}\n`)
  return 0
}

async function load(): Promise<Benchmark[]> {
  const found: Benchmark[] = []
  for (const path of globSync(PATTERNS, { cwd: ROOT }).sort()) {
    const module: unknown = await import(join(ROOT, path))
    if (!isBenchmark(module)) throw new Error(`${path} does not export name and run`)
    const file = (path.split(/[\\/]/).at(-1) as string).replace(/\.bench\.ts$/, '')
    found.push({ name: module.name, run: module.run, figures: module.figures ?? [], path, file })
  }
  return found
}

/** By file, by name, or by a figure: `settle.50` is of the benchmark `settle`. */
function isWanted(benchmark: Benchmark, wanted: string): boolean {
  if (wanted === benchmark.file || wanted === benchmark.name) return true
  if (benchmark.figures.length > 0) {
    return benchmark.figures.some((figure) => matchesFigure(figure, wanted))
  }
  return matchesFigure(wanted, benchmark.name) || matchesFigure(wanted, benchmark.file)
}

function list(all: readonly Benchmark[], json: boolean): number {
  for (const { name, path, figures } of all) {
    process.stdout.write(`${name.padEnd(12)} ${path}\n`)
    for (const figure of figures) process.stdout.write(`  ${figure}\n`)
  }
  if (all.length === 0) process.stdout.write('there is no benchmark yet\n')
  const benchmarks = all.map(({ name, path, figures }) => ({ name, path, figures }))
  if (json) process.stdout.write(`${JSON.stringify({ version: 1, ok: true, benchmarks })}\n`)
  return 0
}

function fail(
  json: boolean,
  code: string,
  message: string,
  hint: string,
  exitCode: number,
): number {
  process.stderr.write(`error ${code}: ${message}\n  ${hint}\n`)
  const error = { code, message, hint }
  if (json) process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error })}\n`)
  return exitCode
}
