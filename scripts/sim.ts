/**
 * Runs seeded simulations at length; `npm test` runs each a little.
 *
 *   npm run sim                                    what there is
 *   npm run sim -- NAME --runs 1000 --seed 7       a thousand runs, with the seeds 7, 8, 9 ...
 *
 * `contracts/DOMAIN` are the fuzz and invariant tests of a domain's contracts, with as many runs.
 *
 * A simulation is `*.sim.ts` in the folder of what it tries, and exports `name` and `run`
 * (testing/simulation.ts). The seed is printed: a failed run is repeated by the command that its
 * failure shows.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { domains } from '@ambrosia/chain/compile/sourceList'
import { runSuites } from './contracts/runSuites.ts'
import { ensurePackages } from './setup/packages.mjs'
import { groupsOf } from './testing/groups.ts'
import { testFiles } from './testing/select.ts'
import { loadSimulation, nameIn, runSimulation } from './testing/simulation.ts'

const ROOT = resolve(import.meta.dirname, '..')
const USAGE = 'usage: npm run sim -- [NAME] [--runs N] [--seed S]\n'

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
})
const runs = Number(values.runs)
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31))
const isWrong = !Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)
if (values.help || isWrong || positionals.length > 1) {
  process.stderr.write(USAGE)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await main(positionals[0])
}

async function main(wanted: string | undefined): Promise<number> {
  const domain = domains.find((one) => wanted === `contracts/${one}`)
  if (domain !== undefined) return await fuzzContracts(domain)
  const paths = testFiles(ROOT).filter((path) => path.endsWith('.sim.ts'))
  const all = paths.map((path) => ({ path, name: nameIn(readFileSync(join(ROOT, path), 'utf8')) }))
  if (wanted === undefined) {
    for (const { path, name } of all) process.stdout.write(`${name}  ${path}\n`)
    for (const one of domains) process.stdout.write(`contracts/${one}  contracts/test/${one}\n`)
    return 0
  }
  const found = all.find(({ name }) => name === wanted)
  if (found === undefined) {
    const names = all.map(({ name }) => name).join(', ')
    process.stderr.write(`no simulation is called ${wanted}; there is: ${names || 'none'}\n`)
    return 2
  }
  await ensurePackages(ROOT, process.execPath, groupsOf(ROOT, [found.path]))
  const simulation = await loadSimulation(join(ROOT, found.path))
  process.stdout.write(`${wanted}: ${runs} runs from seed ${seed}\n`)
  const start = performance.now()
  const log = (line: string) => process.stdout.write(`${line}\n`)
  const failure = await runSimulation(simulation, { runs, seed, log })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  process.stdout.write(failure === null ? `${runs} runs held in ${seconds} s\n` : `${failure}\n`)
  return failure === null ? 0 : 1
}

/** The fuzz and invariant tests of a domain; a failure shows what the calls were. */
async function fuzzContracts(domain: string): Promise<number> {
  const start = performance.now()
  const onOutput = (text: string) => process.stdout.write(text)
  const chance = { runs, seed, only: 'testFuzz|invariant_' }
  const result = await runSuites(`test/${domain}`, [], {}, onOutput, chance)
  for (const fault of result.faults) process.stdout.write(`${fault}\n`)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const isFine = result.fail === 0 && result.faults.length === 0
  const again = `npm run sim -- contracts/${domain} --runs ${runs} --seed ${seed}`
  process.stdout.write(
    isFine ? `${result.pass} tests held in ${seconds} s\n` : `failed; again: ${again}\n`,
  )
  return isFine ? 0 : 1
}
