// Changes one thing at a time in Solidity sources (a comparison, an operator, a guard, a modifier)
// and runs the tests: a mutant that no test notices is printed. For whoever writes or reviews
// contracts; nothing runs it by itself. It works on a copy, and takes 10 to 20 s a mutant.
//
//   node scripts/contracts/mutate.ts src/stake/StakeBook.sol --tests test/stake/StakeLeave.t.sol,test/stake/StakeSlash.t.sol [--from N]
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..', '..')
const require = createRequire(join(ROOT, 'packages', 'chain', 'package.json'))
const HARDHAT = join(dirname(require.resolve('hardhat/package.json')), 'dist', 'src', 'cli.js')

type Mutant = { line: number; before: string; after: string; text: string }

/** What is looked for in a line of code, and what takes its place. */
const MUTATIONS: readonly [RegExp, string][] = [
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ < /g, ' <= '],
  [/ > /g, ' >= '],
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' / '],
  [/ \/ /g, ' * '],
  [/ \+= /g, ' -= '],
  [/ -= /g, ' += '],
  [/\+\+(?=\w)/g, '--'],
  [/Math\.min\(/g, 'Math.max('],
  [/Math\.max\(/g, 'Math.min('],
  [/, Math\.Rounding\.Ceil\)/g, ')'],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/ (?:restricted|nonReentrant)\b/g, ''],
  [/^(\s*)if \(.*\) revert .*;$/g, '$1'],
  [/^(\s*)(?:delete [\w[\].]+|_\w+\(.*\)|[\w.[\]]+ = [^;=]*);$/g, '$1'],
]

/**
 * Every mutant of a source, one change each; comments, imports, events and declarations are left
 * alone.
 */
export function mutantsOf(source: string): Mutant[] {
  const lines = source.split('\n')
  const mutants: Mutant[] = []
  let depth = 0
  for (const [index, line] of lines.entries()) {
    const inFunction = depth >= 2
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    const isCode = !/^\s*(?:\/\/|\/\*|\*|emit |event |error |import )/.test(line)
    if (!isCode || (!inFunction && !/\b(?:restricted|nonReentrant)\b/.test(line))) continue
    for (const [pattern, replacement] of MUTATIONS) {
      for (const found of line.matchAll(pattern)) {
        const tail = line.slice(found.index).replace(new RegExp(pattern.source), replacement)
        const changed = line.slice(0, found.index) + tail
        if (changed === line) continue
        const text = lines.with(index, changed).join('\n')
        mutants.push({ line: index + 1, before: line.trim(), after: changed.trim(), text })
      }
    }
  }
  return mutants
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { tests: { type: 'string' }, from: { type: 'string' } },
    allowPositionals: true,
  })
  const [path] = positionals
  if (path === undefined || values.tests === undefined) {
    process.stderr.write('usage: node scripts/contracts/mutate.ts SOURCE --tests FILE,FILE\n')
    process.exitCode = 2
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'mutate-'))
  try {
    cpSync(join(ROOT, 'contracts'), folder, { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const tests = values.tests.split(',')
    if (!passes(folder, tests)) throw new Error('the tests fail before anything is changed')
    const source = readFileSync(join(folder, path), 'utf8')
    const mutants = mutantsOf(source)
    let alive = 0
    for (const [index, mutant] of mutants.entries()) {
      if (index < Number(values.from ?? 0)) continue
      writeFileSync(join(folder, path), mutant.text)
      if (!passes(folder, tests)) continue
      alive += 1
      const place = `${path}:${mutant.line}`
      process.stdout.write(`alive ${index} ${place}\n  ${mutant.before}\n  ${mutant.after}\n`)
    }
    process.stdout.write(`${path}: ${mutants.length} mutants, ${alive} alive\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Whether everything compiles and every test passes; what does not compile is as good as noticed.
 */
function passes(folder: string, tests: readonly string[]): boolean {
  const args = [HARDHAT, 'test', 'solidity', ...tests]
  const options = { cwd: folder, stdio: 'ignore', timeout: 600_000 } as const
  return spawnSync(process.execPath, args, options).status === 0
}

if (import.meta.main) main()
