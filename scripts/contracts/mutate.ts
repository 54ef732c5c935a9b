// Changes one thing at a time in a domain's contracts (a comparison, an operator, a guard, a
// modifier) and runs its tests on what that compiles to: a mutant that no test notices is printed.
// For whoever writes or reviews contracts; nothing runs it by itself.
//
// The tests are compiled once and deploy the mutant's code, which is compiled without the
// optimizer, most mutants in one compilation (switched.ts): half a second of one core a mutant.
// Whom the unit tests with few fuzz runs let live meets all tests with many, invariants too.
// Verdicts are appended to a file as they come, so that a run goes on where it ended: what was
// killed is not tried again, what was alive is.
//
//   npm run mutate -- exchange                      every source of the domain
//   npm run mutate -- exchange --only ConsentBook,Prices --minutes 30
//   npm run mutate -- exchange --sample 40 --seed 7 as many, drawn by the seed
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultCacheDir } from '@ambrosia/chain/compile/artifacts'
import { readSources, type Sources } from '@ambrosia/chain/compile/readSources'
import {
  compilerSettings,
  contractsFolder,
  contractsOf,
  domains,
} from '@ambrosia/chain/compile/sourceList'
import { drawn, mutantsOf } from './mutants.ts'
import { openSuites, type Suites } from './openSuites.ts'
import { runSuites, usualChance } from './runSuites.ts'
import { blamed, type Node, type Numbered, switched, switchOn } from './switched.ts'

/** A mutant in the sources that it belongs to. `key` names both. */
type Trial = Numbered & { key: string; sources: Sources }

/** Mutants behind switches: their code by name, and the numbers of those that it has. */
type Switched = { code: Record<string, string>; ids: Set<number> }

/** What a mutant is judged by. */
type Judges = {
  folder: string
  seed: number
  tests: readonly string[]
  suites: Suites
  baseline: Record<string, string>
  together: Switched
  /** What the second look says where nothing is changed, once it was needed. */
  sound?: ReturnType<typeof runSuites>
}

type Verdict = 'killed' | 'uncompiled' | 'same' | 'alive'

const solc = createRequire(join(contractsFolder, 'package.json'))('solc') as {
  compile(input: string): string
}

/** Chance of the first look at a mutant, and of the second at one that lives. */
const FIRST = { runs: 16, invariantRuns: 1 }
const SECOND = { runs: 256, invariantRuns: 32 }

/** The optimizer takes three quarters of the time, and no test looks at it. */
const SETTINGS = { ...compilerSettings, viaIR: false, optimizer: { enabled: false } }

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '100000' },
      out: { type: 'string' },
    },
    allowPositionals: true,
  })
  const [domain] = positionals
  if (domain === undefined || !domains.includes(domain)) {
    process.stderr.write(`usage: npm run mutate -- DOMAIN; there are ${domains.join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const out = values.out ?? join(defaultCacheDir(), '..', 'mutants', `${domain}.ndjson`)
  await mkdir(dirname(out), { recursive: true })
  const sources = await readSources(domain)
  const tests = globSync(`test/${domain}/*.t.sol`, { cwd: contractsFolder }).filter(
    (file) => !file.includes('.invariant.'),
  )
  const baseline = codeOf(domain, sources)
  if (baseline === undefined) throw new Error('the sources do not compile')
  const folder = `test/${domain}`
  const { seed } = usualChance(folder)
  const before = await runSuites(folder, [], baseline, undefined, { seed, ...FIRST })
  if (before.fail > 0 || before.pass === 0) {
    throw new Error(`the tests fail before anything is changed\n${before.output}`)
  }
  const all = trialsOf(domain, sources, values.only?.split(','))
  const chosen = values.sample === undefined ? all : drawn(all, +values.sample, +values.seed)
  const known = await readVerdicts(out)
  const isOpen = ({ key }: Trial) => [undefined, 'alive'].includes(known.get(key))
  process.stdout.write(`${domain}: ${chosen.length} mutants; verdicts in ${out}\n`)
  const together = compileTogether(domain, sources, chosen.filter(isOpen))
  process.stdout.write(`${together.ids.size} of them in one compilation\n`)
  const suites = await openSuites(folder, { seed, ...FIRST })
  const unchanged = await suites.run(tests, withSwitch(together.code, 0))
  if (unchanged.fail > 0) throw new Error('the tests fail where no switch is on')
  const judges: Judges = { folder, seed, tests, suites, baseline, together }
  const end = Date.now() + Number(values.minutes) * 60_000
  const verdicts = new Map<Trial, Verdict>()
  const note = async (trial: Trial, verdict: Verdict): Promise<void> => {
    verdicts.set(trial, verdict)
    const { key, name, line, before, after } = trial
    await appendFile(out, `${JSON.stringify({ key, verdict, name, line, before, after })}\n`)
  }
  for (const trial of chosen) {
    if (!isOpen(trial)) verdicts.set(trial, known.get(trial.key) as Verdict)
    else if (Date.now() < end) await note(trial, await firstLook(domain, judges, trial))
  }
  // A second look takes as long as twenty first ones.
  for (const [trial, verdict] of verdicts) {
    if (verdict === 'alive' && Date.now() < end && (await isKilled(domain, judges, trial)))
      await note(trial, 'killed')
  }
  suites.close()
  report(domain, chosen, verdicts)
}

/** Prints what lives, and how many came to what. */
function report(
  domain: string,
  chosen: readonly Trial[],
  verdicts: ReadonlyMap<Trial, Verdict>,
): void {
  const count = { killed: 0, uncompiled: 0, same: 0, alive: 0, 'not tried': 0 }
  for (const trial of chosen) {
    const verdict = verdicts.get(trial) ?? 'not tried'
    count[verdict]++
    if (verdict !== 'alive') continue
    const { name, line, before, after } = trial
    process.stdout.write(`alive ${name}:${line}\n  ${before}\n  ${after}\n`)
  }
  process.stdout.write(`${domain}: ${chosen.length} mutants; ${JSON.stringify(count)}\n`)
  process.exitCode = count.alive > 0 ? 1 : 0
}

/** Every mutant of the domain's own code: what it declares only is not run. */
function trialsOf(domain: string, sources: Sources, only: readonly string[] | undefined): Trial[] {
  return Object.entries(sources)
    .filter(([name]) => name.startsWith(`src/${domain}/`) && !/\/(?:interfaces|types)\//.test(name))
    .filter(([name]) => only === undefined || only.some((one) => name.endsWith(`/${one}.sol`)))
    .flatMap(([name, { content }]) =>
      mutantsOf(content).map((mutant) => {
        const changed = { ...sources, [name]: { content: mutant.text } }
        const key = createHash('sha256').update(JSON.stringify(changed)).digest('hex')
        return { ...mutant, key, name, sources: changed }
      }),
    )
    .map((trial, index) => ({ ...trial, id: index + 1 }))
}

/** What earlier runs found, the last word on each. */
async function readVerdicts(path: string): Promise<Map<string, Verdict>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const { key, verdict } = JSON.parse(line) as { key: string; verdict: Verdict }
      return [key, verdict]
    }),
  )
}

/** The unit tests, with little chance. */
async function firstLook(domain: string, by: Judges, trial: Trial): Promise<Verdict> {
  const code = codeOfMutant(domain, by, trial)
  if (code === undefined) return 'uncompiled'
  if (Object.entries(code).every(([name, bytes]) => by.baseline[name] === bytes)) return 'same'
  const { pass, fail } = await by.suites.run(by.tests, code)
  return fail > 0 || pass === 0 ? 'killed' : 'alive'
}

/** All tests, with much chance. */
async function isKilled(domain: string, by: Judges, trial: Trial): Promise<boolean> {
  const look = (code: Record<string, string>) =>
    runSuites(by.folder, [], code, undefined, { seed: by.seed, ...SECOND })
  by.sound ??= look(by.baseline)
  const sound = await by.sound
  if (sound.fail > 0) throw new Error(`the tests fail with nothing changed\n${sound.output}`)
  const { pass, fail } = await look(codeOfMutant(domain, by, trial) as Record<string, string>)
  return fail > 0 || pass === 0
}

function codeOfMutant(
  domain: string,
  { together, baseline }: Judges,
  { sources, name, id }: Trial,
): Record<string, string> | undefined {
  const changed = together.ids.has(id)
    ? withSwitch(together.code, id)
    : codeOf(domain, sources, name)
  return changed && { ...baseline, ...changed }
}

/** Compiles as many of the mutants as can be in one code. */
function compileTogether(domain: string, sources: Sources, trials: readonly Trial[]): Switched {
  const names = [...new Set(trials.map(({ name }) => name))]
  const selection = Object.fromEntries(names.map((name) => [name, { '': ['ast'] }]))
  const { sources: parsed } = compile(sources, selection)
  const trees = Object.fromEntries(names.map((name) => [name, parsed?.[name]?.ast as Node]))
  let left = trials
  for (;;) {
    const { sources: changed, without } = switched(sources, trees, left)
    left = left.filter(({ id }) => !without.has(id))
    const output = compile(changed, selectionOf(contractsOf(domain)))
    const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
    if (errors.length === 0) {
      const code = codeIn(output, contractsOf(domain))
      return { code, ids: new Set(left.map(({ id }) => id)) }
    }
    const amiss = new Set(
      errors.flatMap(({ sourceLocation: at }) =>
        at === undefined ? [] : blamed(changed[at.file]?.content ?? '', at),
      ),
    )
    if (amiss.size === 0) throw new Error(errors[0]?.formattedMessage)
    left = left.filter(({ id }) => !amiss.has(id))
  }
}

/** The code of one mutant of those that were compiled together. */
function withSwitch(code: Record<string, string>, id: number): Record<string, string> {
  return Object.fromEntries(Object.entries(code).map(([name, hex]) => [name, switchOn(hex, id)]))
}

/**
 * Creation code by name, or undefined where the sources do not compile: that is as good as noticed.
 * @param reaching only of the contracts that this source is part of
 */
function codeOf(
  domain: string,
  sources: Sources,
  reaching?: string,
): Record<string, string> | undefined {
  const wanted = contractsOf(domain).filter(
    ({ source }) => reaching === undefined || sourcesOf(source, sources).has(reaching),
  )
  const output = compile(sources, selectionOf(wanted))
  if (output.errors?.some(({ severity }) => severity === 'error')) return undefined
  return codeIn(output, wanted)
}

type Contracts = ReturnType<typeof contractsOf>
type Selection = Record<string, Record<string, string[]>>
type Output = {
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
  sources?: Record<string, { ast?: unknown }>
  errors?: {
    severity: string
    formattedMessage: string
    sourceLocation?: { file: string; start: number; end: number }
  }[]
}

function selectionOf(contracts: Contracts): Selection {
  const selection: Selection = {}
  for (const { source, contract } of contracts) {
    selection[source] = { ...selection[source], [contract]: ['evm.bytecode.object'] }
  }
  return selection
}

function codeIn({ contracts }: Output, wanted: Contracts): Record<string, string> {
  return Object.fromEntries(
    wanted.map(({ name, source, contract }) => [
      name,
      `0x${contracts?.[source]?.[contract]?.evm.bytecode.object}`,
    ]),
  )
}

/** In this process, since a compiler that is warm takes half the time. */
function compile(sources: Sources, outputSelection: Selection): Output {
  const input = { language: 'Solidity', sources, settings: { ...SETTINGS, outputSelection } }
  return JSON.parse(solc.compile(JSON.stringify(input))) as Output
}

/** A source and all that it imports, directly or not. */
function sourcesOf(name: string, sources: Sources, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const [, target] of sources[name]?.content.matchAll(/from "([^"]+)"/g) ?? []) {
    const path = target as string
    sourcesOf(path.startsWith('.') ? posix.join(dirname(name), path) : path, sources, found)
  }
  return found
}

if (import.meta.main) await main()
