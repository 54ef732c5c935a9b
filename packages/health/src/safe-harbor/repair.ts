import type { JsonObject } from '../Resource.ts'
import type { Tally } from './report.ts'
import { childPath } from './tables.ts'

/**
 * Removes from a cleaned object what R4's invariants no longer allow beside what is left. `source`
 * is the object as it was: an invariant that the source broke is not ours to mend.
 */
export function repair(
  owner: string,
  path: string,
  source: JsonObject,
  out: JsonObject,
  tally: Tally,
): void {
  const remove = (name: string): void => {
    for (const key of keysFrom(out, name)) {
      tally.withdraw('invariant', childPath(path, name), out[key])
      delete out[key]
    }
  }
  for (const [dependent, needed] of TOGETHER.get(owner) ?? []) {
    if (!needed.some((name) => out[name] !== undefined)) remove(dependent)
  }
  const one = NEEDS_ONE.get(owner)
  if (one !== undefined && !one.some((stem) => keysFrom(out, stem).length > 0)) {
    tally.withdraw('invariant', path, out)
    for (const key of Object.keys(out)) delete out[key]
  }
  // con-4: a condition that is over has a status that says so.
  const statusWent = source['clinicalStatus'] !== undefined && out['clinicalStatus'] === undefined
  if (owner === 'Condition' && statusWent) remove('abatement[x]')
}

/** Members that may stand only beside one of others: rat-1, fhs-2, tim-1 to tim-9, gol-1, prr-1. */
const TOGETHER: ReadonlyMap<
  string,
  readonly (readonly [dependent: string, needed: readonly string[]])[]
> = new Map([
  [
    'Ratio',
    [
      ['numerator', ['denominator']],
      ['denominator', ['numerator']],
    ],
  ],
  ['FamilyMemberHistory', [['estimatedAge', ['ageAge', 'ageRange']]]],
  ['Goal.target', [['detail[x]', ['measure']]]],
  ['ServiceRequest', [['orderDetail', ['code']]]],
  [
    'Timing.repeat',
    [
      ['durationUnit', ['duration']],
      ['duration', ['durationUnit']],
      ['durationMax', ['duration']],
      ['periodUnit', ['period']],
      ['period', ['periodUnit']],
      ['periodMax', ['period']],
      ['countMax', ['count']],
      ['offset', ['when']],
    ],
  ],
])

/**
 * Objects that must have one of some members, or go: obs-3, con-1, con-2, mad-1. A stem stands for
 * its choices.
 */
const NEEDS_ONE: ReadonlyMap<string, readonly string[]> = new Map([
  ['Observation.referenceRange', ['low', 'high']],
  ['Condition.stage', ['summary', 'assessment']],
  ['Condition.evidence', ['code', 'detail']],
  ['MedicationAdministration.dosage', ['dose', 'rate[x]']],
])

/** The keys of an element: one, or those of a choice. */
function keysFrom(out: JsonObject, name: string): string[] {
  if (!name.endsWith('[x]')) return out[name] === undefined ? [] : [name]
  return Object.keys(out).filter((key) => key.startsWith(name.slice(0, -3)))
}
