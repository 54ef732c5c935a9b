/**
 * Runs one simulation as a test, with as few runs as it names itself; the runner gives its path as
 * the argument. `npm run sim` runs more.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { loadSimulation, runSimulation } from './simulation.ts'

const path = process.argv[2] ?? ''
const simulation = await loadSimulation(path)
const seed = Number(process.env['AMBROSIA_SEED'] ?? 20260101)
const runs = simulation.smallRuns ?? 1

it(`${simulation.name} holds in ${runs} small runs from seed ${seed}`, async () => {
  const failure = await runSimulation(simulation, { runs, seed, log: console.log })
  assert.equal(failure, null)
})
