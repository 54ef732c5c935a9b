/**
 * Makes real keys for the circuits, by several people.
 *
 *   npm run ceremony -- start DIR                     the first file
 *   npm run ceremony -- contribute DIR --name NAME    adds your randomness to the open phase; two people a phase at least
 *   npm run ceremony -- beacon DIR --hash HEX         ends the open phase with 32 bytes that nobody could know when it began
 *   npm run ceremony -- verify DIR                    checks a finished ceremony against these sources
 *
 * The folder is handed from one to the next. The first phase (powers of tau) ends with a beacon,
 * and so does the second (a key for each circuit); after it the folder is what `--keys` and
 * AMBROSIA_CIRCUIT_KEYS take. Announce beforehand what the beacons will be, for example the hash of
 * a future block of Ethereum. Ending the first phase takes about ten minutes.
 */
import { parseArgs } from 'node:util'
import { beacon, check, contribute, type Subject, start } from './lib/ceremony.ts'
import { CIRCUITS, templateOf } from './lib/circuits.ts'
import { compile } from './lib/compile.ts'
import { CircuitError } from './lib/errors.ts'

/** The largest circuit has nearly 2^14 constraints. */
const POWER = 14
const USAGE =
  'usage: npm run ceremony -- start|contribute|beacon|verify DIR [--name NAME] [--hash HEX]\n'

const { values, positionals } = parseArgs({
  options: { name: { type: 'string' }, hash: { type: 'string' } },
  allowPositionals: true,
})
// The curve's threads would keep the process alive.
process.exit(await main().catch(report))

async function main(): Promise<number> {
  const [verb, folder, ...more] = positionals
  if (folder === undefined || more.length > 0) return usage()
  if (verb === 'start') {
    await start(folder, POWER)
    process.stdout.write(`begun: ${folder}\n`)
  } else if (verb === 'contribute' && values.name !== undefined) {
    const phase = await contribute(folder, values.name)
    process.stdout.write(`contributed to the phase of the ${phase}\n`)
  } else if (verb === 'beacon' && values.hash !== undefined) {
    const phase = await beacon(folder, values.hash, await subjects())
    process.stdout.write(
      phase === 'powers' ? 'the phase of the keys is open\n' : `finished: ${folder}\n`,
    )
  } else if (verb === 'verify') {
    const transcript = await check(folder, await subjects())
    process.stdout.write(`${JSON.stringify(transcript, null, 2)}\nall of it holds\n`)
  } else {
    return usage()
  }
  return 0
}

function subjects(): Promise<Subject[]> {
  return Promise.all(
    CIRCUITS.map(async (name) => ({
      name,
      r1cs: (await compile({ template: templateOf(name) })).r1cs,
    })),
  )
}

function usage(): number {
  process.stderr.write(USAGE)
  return 2
}

function report(error: unknown): number {
  if (!(error instanceof CircuitError)) throw error
  process.stderr.write(`error ${error.code}: ${error.message}\n  ${error.hint}\n`)
  return 1
}
