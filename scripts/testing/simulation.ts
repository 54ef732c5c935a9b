import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'

/** What `*.sim.ts` exports: many parties over time, all chance drawn from one seed. */
export type Simulation = {
  /** What `npm run sim -- NAME` calls it. */
  name: string
  /** Runs in `npm test`; 1 when it does not say. */
  smallRuns?: number
  /** One run. The same seed gives the same run; a breach is thrown. */
  run: (options: { seed: number; log: (line: string) => void }) => Promise<void> | void
}

/**
 * The name that the text of a simulation exports. What it imports may not be installed yet, so a
 * list of names must load none.
 * @throws Error when the text exports no name.
 */
export function nameIn(text: string): string {
  const name = /^export const name = '([^']+)'$/m.exec(text)?.[1]
  if (name === undefined) throw new Error("a simulation has a line export const name = '...'")
  return name
}

/** @throws Error when the module is not a simulation. */
export async function loadSimulation(path: string): Promise<Simulation> {
  const module = (await import(pathToFileURL(path).href)) as Partial<Simulation>
  if (typeof module.name !== 'string' || typeof module.run !== 'function') {
    throw new Error(`${path} does not export name and run`)
  }
  return module as Simulation
}

/**
 * Runs with seeds from the given one on, until one fails. Returns what failed and how to see it
 * again, or null.
 */
export async function runSimulation(
  simulation: Simulation,
  options: { runs: number; seed: number; log: (line: string) => void },
): Promise<string | null> {
  for (let index = 0; index < options.runs; index++) {
    const seed = options.seed + index
    try {
      await simulation.run({ seed, log: options.log })
    } catch (error) {
      const again = `npm run sim -- ${simulation.name} --runs 1 --seed ${seed}`
      return `seed ${seed} failed; again: ${again}\n${inspect(error, { depth: 8 })}`
    }
  }
  return null
}
