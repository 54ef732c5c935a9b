/**
 * Everything about the repository that a machine can hold: style, types, layers, generated files,
 * sizes, dependencies, forbidden words.
 *
 *   npm run check                 all of it
 *   npm run check -- layers       one check by name
 *   npm run check -- --json       one JSON object as the last line
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkLayers } from './check-layers.ts'
import { checkBrowserSize } from './checks/browserSize.ts'
import { checkClosure } from './checks/closure.ts'
import { checkColumns } from './checks/columns.ts'
import { checkDependencies } from './checks/dependencies.ts'
import { checkFileSize, checkForbidden } from './checks/files.ts'
import { checkFunctionLength } from './checks/functions.ts'
import { checkGenerated } from './checks/generated.ts'
import { checkLinks } from './checks/links.ts'
import { checkLockfile } from './checks/lockfile.ts'
import type { Check, Problem } from './checks/problem.ts'
import { checkTestNames } from './checks/testNames.ts'
import { checkStyle, checkTypes } from './checks/tools.ts'
import { checkUnused } from './checks/unused.ts'
import { runJobs } from './testing/schedule.ts'

const ROOT = resolve(import.meta.dirname, '..')

const CHECKS: readonly Check[] = [
  { name: 'style', about: 'format and lint (Biome)', run: checkStyle },
  { name: 'types', about: 'TypeScript over all workspaces', run: checkTypes },
  {
    name: 'layers',
    about: 'who may import whom, who may do I/O',
    run: async (root) => checkLayers(root),
  },
  {
    name: 'closure',
    about: 'the layers over all that a workspace reaches; no circle of files',
    run: checkClosure,
  },
  { name: 'sizes', about: 'source files of at most 400 lines', run: checkFileSize },
  { name: 'functions', about: 'functions of at most 70 lines', run: checkFunctionLength },
  {
    name: 'words',
    about: 'no switched-off tests, unfinished notes, machine paths',
    run: checkForbidden,
  },
  { name: 'dependencies', about: 'exact versions, each with its reason', run: checkDependencies },
  { name: 'unused', about: 'no file, export or dependency that nothing uses', run: checkUnused },
  { name: 'names', about: 'one grammar of test names', run: checkTestNames },
  { name: 'columns', about: 'documents and comments of at most 100 columns', run: checkColumns },
  { name: 'links', about: 'links and named documents lead somewhere', run: checkLinks },
  { name: 'lockfile', about: 'every package pinned for every platform', run: checkLockfile },
  {
    name: 'browser',
    about: 'the browser entry of the sdk under 300 kB gzip',
    run: checkBrowserSize,
  },
  {
    name: 'generated',
    about: 'committed outputs are what their generators write',
    run: checkGenerated,
  },
]

/** Begun first: the others run beside them. */
const LONG = ['generated', 'types', 'style']

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
process.exitCode = values.help ? usage(0) : await main(positionals, values.json ?? false)

async function main(names: readonly string[], json: boolean): Promise<number> {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name))
  if (unknown.length > 0) {
    process.stderr.write(`no check is called ${unknown.join(', ')}\n`)
    return usage(2)
  }
  const chosen = CHECKS.filter(({ name }) => names.length === 0 || names.includes(name))
  const results: { name: string; ok: boolean; ms: number; problems: Problem[] }[] = []
  const one = async ({ name, run }: Check) => {
    const start = performance.now()
    const problems = await run(ROOT)
    const ms = Math.round(performance.now() - start)
    results.push({ name, ok: problems.length === 0, ms, problems })
    const mark = problems.length === 0 ? 'ok  ' : 'FAIL'
    process.stdout.write(`${mark} ${name.padEnd(13)} ${(ms / 1000).toFixed(1)} s\n`)
    for (const problem of problems) process.stdout.write(show(problem))
  }
  const jobs = chosen.map((check) => ({
    name: check.name,
    cost: 1,
    expectedMs: LONG.includes(check.name) ? 1 : 0,
    run: () => one(check),
  }))
  await runJobs(jobs, availableParallelism())
  const failed = results.filter(({ ok }) => !ok)
  const verdict =
    failed.length === 0 ? 'all hold' : `failed: ${failed.map(({ name }) => name).join(', ')}`
  process.stdout.write(`${results.length} checks, ${verdict}\n`)
  if (json) {
    const result = { version: 1, ok: failed.length === 0, checks: results }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  return failed.length === 0 ? 0 : 1
}

function show({ place, message, fix }: Problem): string {
  return `     ${place}  ${message.replaceAll('\n', '\n     ')}\n       -> ${fix}\n`
}

function usage(exitCode: number): number {
  const list = CHECKS.map(({ name, about }) => `  ${name.padEnd(13)} ${about}\n`).join('')
  process.stderr.write(`usage: npm run check -- [NAME...] [--json]\n${list}`)
  return exitCode
}
