/**
 * A network under everything that can go wrong, while people sell; then everything is made whole
 * and an independent checker reconciles money, records and deliveries.
 *
 *   npm run chaos -- --minutes 10 --seed 7
 *   npm run chaos -- --minutes 2 --only "kill chain" --only "store wrong"
 *
 * What goes wrong, and when, follows from the seed; what it meets does not quite.
 */
import { parseArgs } from 'node:util'
import { runChaos } from './runChaos.ts'

const USAGE = 'usage: npm run chaos -- [--minutes M] [--seed S] [--only TROUBLE]... [--json]\n'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31))
const isWrong = !(minutes > 0) || !Number.isSafeInteger(seed)
if (values.help || isWrong) {
  process.stderr.write(USAGE)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await main()
}

async function main(): Promise<number> {
  process.stdout.write(`chaos for ${minutes} minutes from seed ${seed}\n`)
  const log = (line: string) => {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
  }
  const { only } = values
  const report = await runChaos({ minutes, seed, log, ...(only ? { only } : {}) })
  const { faults, sales, settled, delivered, givenUp, troubles, refusals, tries } = report
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  process.stdout.write(`troubles   ${listed(troubles)}\n`)
  process.stdout.write(`sales      ${sales}, ${tries} tries; ${listed(refusals)}\n`)
  process.stdout.write(
    `ended      ${settled} settled, ${delivered} delivered, ${givenUp} given up\n`,
  )
  for (const fault of faults) process.stdout.write(`FAULT      ${fault}\n`)
  process.stdout.write(faults.length === 0 ? 'all reconciled\n' : `look into ${report.folder}\n`)
  const ok = faults.length === 0 && settled > 0
  if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, ok, ...report })}\n`)
  return ok ? 0 : 1
}
