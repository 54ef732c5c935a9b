/**
 * Compiles the circuits and makes development keys, where either is missing.
 *
 *   npm run circuits                  what there is, and how long it took
 *   npm run circuits -- --json        one JSON object as the last line
 *
 * Everything is kept in the cache (AMBROSIA_CACHE, default ~/.cache/ambrosia) under `circuits`, in
 * folders named by hash. With development keys anybody can prove anything: their secret numbers
 * follow from the circuit's hash. Production refuses them.
 */
import { parseArgs } from 'node:util'
import { CIRCUITS } from './lib/circuits.ts'
import { ensureKeys } from './lib/keys.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' } } })
const start = performance.now()
const keys = await ensureKeys({ progress: (step) => process.stderr.write(`circuits  ${step}\n`) })
const seconds = Math.round((performance.now() - start) / 100) / 10
for (const name of CIRCUITS) {
  const { constraints, circuitHash, kind } = keys[name]
  const domain = Math.ceil(Math.log2(constraints))
  process.stdout.write(
    `${name.padEnd(8)} ${String(constraints).padStart(6)} constraints, domain 2^${domain}, ${kind} key, ${circuitHash.slice(0, 16)}\n`,
  )
}
process.stdout.write(`${seconds} s\n`)
if (values.json) {
  const circuits = CIRCUITS.map((name) => keys[name])
  process.stdout.write(`${JSON.stringify({ version: 1, ok: true, seconds, circuits })}\n`)
}
// The curve's threads would keep the process alive.
process.exit(0)
