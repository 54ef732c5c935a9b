// Changes one thing at a time in a domain's contracts (a comparison, an operator, a guard, a
// modifier) and runs its unit tests on what that compiles to: a mutant that no test notices is
// printed. For whoever writes or reviews contracts; nothing runs it by itself. The tests are
// compiled once and deploy the mutant's code; 5 to 20 s a mutant.
//
//   npm run mutate -- exchange                      every source of the domain
//   npm run mutate -- exchange --only ConsentBook [--from N] [--minutes M]
import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readSources, type Sources } from '@ambrosia/chain/compile/readSources'
import { compile } from '@ambrosia/chain/compile/solc'
import { compilerSettings, contractsFolder, domains } from '@ambrosia/chain/compile/sourceList'
import { runSuites } from './runSuites.ts'

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

/** Faster than the pipeline, and small enough for the size limit of a contract. */
const SETTINGS = {
  ...compilerSettings,
  viaIR: false,
  optimizer: { enabled: true, runs: 1 },
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string' }, from: { type: 'string' }, minutes: { type: 'string' } },
    allowPositionals: true,
  })
  const [domain] = positionals
  if (domain === undefined || !domains.includes(domain)) {
    process.stderr.write(`usage: npm run mutate -- DOMAIN; there are ${domains.join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const sources = await readSources(domain)
  const tests = globSync(`test/${domain}/*.t.sol`, { cwd: contractsFolder }).filter(
    (file) => !file.includes('.invariant.'),
  )
  const baseline = await codeOf(domain, sources)
  if (baseline === undefined || (await runSuites(`test/${domain}`, tests, baseline)).fail > 0) {
    throw new Error('the tests fail before anything is changed')
  }
  const end = Date.now() + Number(values.minutes ?? 1e6) * 60_000
  const only = values.only?.split(',')
  const count = { killed: 0, uncompiled: 0, same: 0, alive: 0, skipped: 0 }
  let index = 0
  for (const [name, { content }] of Object.entries(sources)) {
    if (!isMutated(domain, name, only)) continue
    for (const mutant of mutantsOf(content)) {
      if (++index <= Number(values.from ?? 0) || Date.now() > end) {
        count.skipped++
        continue
      }
      const changed = { ...sources, [name]: { content: mutant.text } }
      const verdict = await judge(domain, tests, baseline, changed)
      count[verdict]++
      if (verdict !== 'alive') continue
      process.stdout.write(
        `alive ${index} ${name}:${mutant.line}\n  ${mutant.before}\n  ${mutant.after}\n`,
      )
    }
  }
  process.stdout.write(`${domain}: ${index} mutants; ${JSON.stringify(count)}\n`)
  process.exitCode = count.alive > 0 ? 1 : 0
}

/** Code of the domain itself: what it declares only is not run. */
function isMutated(domain: string, name: string, only: readonly string[] | undefined): boolean {
  if (!name.startsWith(`src/${domain}/`) || /\/(?:interfaces|types)\//.test(name)) return false
  return only === undefined || only.some((one) => name.endsWith(`/${one}.sol`))
}

async function judge(
  domain: string,
  tests: readonly string[],
  baseline: Record<string, string>,
  sources: Sources,
): Promise<'killed' | 'uncompiled' | 'same' | 'alive'> {
  const code = await codeOf(domain, sources)
  if (code === undefined) return 'uncompiled'
  if (Object.entries(code).every(([name, bytes]) => baseline[name] === bytes)) return 'same'
  const { pass, fail } = await runSuites(`test/${domain}`, tests, code)
  return fail > 0 || pass === 0 ? 'killed' : 'alive'
}

/**
 * Creation code by name, or undefined where the sources do not compile: that is as good as noticed.
 */
async function codeOf(
  domain: string,
  sources: Sources,
): Promise<Record<string, string> | undefined> {
  try {
    const { contracts } = await compile(domain, sources, SETTINGS)
    return Object.fromEntries(
      Object.entries(contracts).map(([name, { bytecode }]) => [name, bytecode]),
    )
  } catch {
    return undefined
  }
}

if (import.meta.main) await main()
