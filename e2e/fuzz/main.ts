/**
 * Feeds every boundary with changed input; `npm test` feeds each a little.
 *
 *   npm run fuzz -- --cases 10000 --seed 7         every boundary, ten thousand cases each
 *   npm run fuzz -- criteria --cases 1 --seed 42   one case of one boundary again
 *
 * What is fed follows from the seed: case N of a run is `--cases 1` with the seed plus N.
 */
import { parseArgs } from 'node:util'
import { boundaries } from './boundaries/index.ts'
import { type FuzzReport, runFuzz } from './runFuzz.ts'

const USAGE = 'usage: npm run fuzz -- [NAME] [--cases N] [--seed S]\n'

const { values, positionals } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
})
const cases = Number(values.cases)
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31))
const [wanted] = positionals
const chosen = boundaries.filter(({ name }) => wanted === undefined || name === wanted)
const isWrong = !Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)
if (values.help || isWrong || chosen.length === 0) {
  process.stderr.write(`${USAGE}boundaries: ${boundaries.map(({ name }) => name).join(', ')}\n`)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await main()
}

async function main(): Promise<number> {
  process.stdout.write(`${cases} cases a boundary from seed ${seed}\n`)
  let failed = 0
  for (const boundary of chosen) {
    const start = performance.now()
    const report = await runFuzz(boundary, { cases, seed })
    show(report, (performance.now() - start) / 1000)
    failed += report.failures.length
  }
  return failed === 0 ? 0 : 1
}

function show(report: FuzzReport, seconds: number): void {
  const { name, answers, failures } = report
  const taken = answers['taken'] ?? 0
  const kinds = Object.keys(answers).length
  const line = [
    name.padEnd(14),
    `${report.cases} cases`,
    `${taken} taken`,
    `${kinds} answers`,
    `slowest ${Math.round(report.slowestMs)} ms (seed ${report.slowestSeed})`,
    `memory +${Math.round(report.memoryBytes / 2 ** 20)} MiB`,
    `${seconds.toFixed(1)} s`,
  ]
  process.stdout.write(`${line.join('  ')}\n`)
  const most = Object.entries(answers).sort(([, one], [, other]) => other - one)
  const shown = most.slice(0, 12).map(([code, count]) => `${code} ${count}`)
  process.stdout.write(`               ${shown.join(', ')}\n`)
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`)
}
