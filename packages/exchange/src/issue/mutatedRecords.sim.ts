/**
 * Records of mutated resources on their whole way from a hospital's file to a buyer: npm run sim --
 * mutated-records --runs 2500. What must hold stands in testing/record/walkRecord.ts.
 */
import * as Generator from '@ambrosia/health/Generator'
import type { Resource } from '@ambrosia/health/Resource'
import { type Chance, createChance } from '../testing/record/Chance.ts'
import { changed } from '../testing/record/changed.ts'
import { envelope, type File } from '../testing/record/envelopes.ts'
import { walkRecord } from '../testing/record/walkRecord.ts'

export const name = 'mutated-records'
export const smallRuns = 150

const asOf = new Date('2026-06-01T00:00:00Z')
const POPULATION = 8
const populations = new Map<number, Resource[]>()

export function run({ seed, log }: { seed: number; log: (line: string) => void }): void {
  const chance = createChance(seed)
  const { file, changes } = mutated(chance)
  try {
    walkRecord(file.bytes, { chance, asOf, gone: file.gone })
  } catch (error) {
    log(`${file.kind}; ${changes.join(', ')}`)
    throw error
  }
}

/** A record of a Patient and up to six resources, most of them changed once or more. */
export function mutated(chance: Chance): { file: File; changes: string[] } {
  const [patient, ...rest] = peopleOf(chance.below(POPULATION)) as [Resource, ...Resource[]]
  const chosen = new Set(Array.from({ length: 1 + chance.below(6) }, () => chance.pick(rest)))
  // One change alone mostly leaves a valid record; several find what only meets by chance.
  const most = chance.oneIn(2) ? 2 : 4
  const changes: string[] = []
  const entry = [patient, ...chosen].map(({ fullUrl = '', value }, at) => {
    const count = at === 0 ? Number(chance.oneIn(6)) : chance.below(most)
    return changed({ fullUrl, resource: value }, count, { chance, changes })
  })
  return { file: envelope(entry, chance), changes }
}

function peopleOf(index: number): Resource[] {
  let found = populations.get(index)
  if (found === undefined) {
    found = Generator.patient({ seed: 16, index, asOf, resources: 200 }).resources
    populations.set(index, found)
  }
  return found
}
