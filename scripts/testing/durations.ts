import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../setup/node.mjs'

/**
 * How long each job took the last time, milliseconds, by its name. Outside of git, shared by all
 * clones of one user.
 */
export type Durations = ReadonlyMap<string, number>

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
