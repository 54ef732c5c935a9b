import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../setup/node.mjs'

/**
 * How long each job took the last time, milliseconds, by its name. Outside of git, shared by all
 * clones of one user.
 */
export type Durations = ReadonlyMap<string, number>

/**
 * About how long what begins so takes, seconds, on two quiet processors; the first that matches.
 * Only what differs much from a short file stands here.
 */
const TYPICAL: readonly [RegExp, number][] = [
  [/^e2e\/rollup/, 300],
  [/^(e2e\/(sale|network|oracleNetwork|up|crash|adversaries)|apps\/web\/test\/page)/, 120],
  [/^(e2e|examples\/first-sale)\//, 40],
  [/^apps\/node\/src\/(adversaries|disputes\/disputes|start)/, 90],
  [/^packages\/dispute\/src\/(play|crash|offChain|chain|watch)/, 50],
  [/^apps\/cli\/src\/commands\/(deploy|dispute\/dispute|network)/, 30],
  [/^contracts\/test\/(exchange|oracle|stake)/, 30],
  [/^circuits\/test\/(steps|stepProofs|proofs|ceremony|edges|prover|keys|soundness)/, 25],
  [/^packages\/machine\/src\/(Machine|Execution)/, 15],
  [/^scripts\/(commands|setup|contracts\/planted|testing\/runFile)\.test/, 12],
]
const SHORT_SEC = 3

/** How long a job may take of which nothing is known, milliseconds. */
export function typicalMs(name: string): number {
  const [, seconds] = TYPICAL.find(([pattern]) => pattern.test(name)) ?? [undefined, SHORT_SEC]
  return seconds * 1000
}

function durationsFile(): string {
  return join(cacheFolder(), 'test-durations.json')
}

export function readDurations(path = durationsFile()): Durations {
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')))
    return new Map(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    )
  } catch {
    return new Map()
  }
}

/**
 * Adds what was measured now; another run that writes at the same moment loses nothing but its own
 * last figures.
 */
export function keepDurations(measured: Durations, path = durationsFile()): void {
  const all = new Map([...readDurations(path), ...measured])
  const rounded = [...all].sort().map(([name, ms]) => [name, Math.round(ms)])
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(Object.fromEntries(rounded), null, 1)}\n`)
  renameSync(fresh, path)
}
