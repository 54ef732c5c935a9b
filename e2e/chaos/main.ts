/**
 * A network under everything that can go wrong, while people sell; then everything is made whole
 * and an independent checker reconciles money, records and deliveries.
 *
 *   npm run chaos -- --minutes 10 --seed 7
 *   npm run chaos -- --minutes 2 --only "kill chain" --only "store wrong"
 *   npm run chaos -- --points             each service is killed at each of its writes once
 *   npm run chaos -- --points --only store:db.holding.insert
 *
 * What goes wrong, and when, follows from the seed; what it meets does not quite.
 */
import { parseArgs } from 'node:util'
import type { Verdict } from './check.ts'
import { runChaos } from './runChaos.ts'
import { walkPoints } from './walkPoints.ts'

const USAGE =
  'usage: npm run chaos -- [--minutes M | --points] [--seed S] [--only NAME]... [--json]\n'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    points: { type: 'boolean' },
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
  process.exitCode = values.points ? await points() : await main()
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
}

async function points(): Promise<number> {
  const { only } = values
  const report = await walkPoints({ seed, log, ...(only ? { only } : {}) })
  for (const [kind, { first, again, sale }] of Object.entries(report.points)) {
    process.stdout.write(`${kind}, ${first.length} at its first start: ${first.join(' ')}\n`)
    process.stdout.write(`${kind}, ${again.length} at a later start: ${again.join(' ')}\n`)
    process.stdout.write(`${kind}, ${sale.length} in a sale: ${sale.join(' ')}\n`)
  }
  const { settled, delivered, givenUp } = report
  return end(report, `${settled} settled, ${delivered} delivered, ${givenUp} given up`)
}

async function main(): Promise<number> {
  process.stdout.write(`chaos for ${minutes} minutes from seed ${seed}\n`)
  const { only } = values
  const report = await runChaos({ minutes, seed, log, ...(only ? { only } : {}) })
  const { sales, settled, delivered, givenUp, troubles, refusals, tries } = report
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  process.stdout.write(`troubles   ${listed(troubles)}\n`)
  process.stdout.write(`sales      ${sales}, ${tries} tries; ${listed(refusals)}\n`)
  return end(report, `${settled} settled, ${delivered} delivered, ${givenUp} given up`)
}

/** Says how it ended, and what the exit code is. */
function end(report: Verdict & { folder: string }, ended: string): number {
  const { faults, settled, folder } = report
  process.stdout.write(`ended      ${ended}\n`)
  for (const fault of faults) process.stdout.write(`FAULT      ${fault}\n`)
  process.stdout.write(faults.length === 0 ? 'all reconciled\n' : `look into ${folder}\n`)
  const ok = faults.length === 0 && settled > 0
  if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, ok, ...report })}\n`)
  return ok ? 0 : 1
}
