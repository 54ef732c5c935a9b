import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { EFFECTS } from '../meaning/effects.ts'
import type { JsonObject } from '../Resource.ts'
import { SUBJECT_ELEMENTS } from '../subject.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import type { Tally } from './report.ts'
import { ALSO_REQUIRED, DATA_ABSENT, MASKED } from './rules.ts'
import { childPath, type ElementRow, elementsOf, suffixOf } from './tables.ts'

/**
 * The extension that says why an element has no value,
 * https://hl7.org/fhir/R4/extension-data-absent-reason.html.
 */
export function absent(): JsonObject {
  return { extension: [{ url: DATA_ABSENT, valueCode: MASKED }] }
}

/**
 * Marks every required element that is not there as masked, so that the resource stays valid: a
 * primitive by its `_` sibling, an element with parts by its own required parts, any other by the
 * extension alone. A status whose value set has it becomes `unknown`.
 */
export function fillRequired(
  owner: string,
  path: string,
  out: JsonObject,
  source: JsonObject,
  tally: Tally,
): JsonObject {
  const rows = elementsOf(owner)
  if (rows === undefined) return out
  const also = alsoRequired(owner, out, source)
  for (const [name, row] of rows) {
    if (row.min === 0 && name !== also) continue
    const key = keyOf(name, row, out, source)
    if (key === undefined) continue
    tally.note('required', childPath(path, name))
    if (row.codes?.has(UNKNOWN)) {
      out[key.key] = UNKNOWN
      continue
    }
    const [member, value] = masked(key.key, key.type, childPath(path, name), tally)
    out[member] = row.repeats ? [value] : value
  }
  return out
}

/**
 * Elements whose loss would change what their owner says: modifiers, reasons for absence, and whom
 * it is about.
 */
const TELLING: ReadonlyMap<string, readonly string[]> = tellingElements()

function tellingElements(): Map<string, string[]> {
  const paths = [...EFFECTS].flatMap(([path, effects]) =>
    [...effects.values()].every((effect) => effect === 'none') ? [] : [path],
  )
  paths.push('Observation.dataAbsentReason', 'Observation.component.dataAbsentReason')
  for (const type of KEPT_TYPES) {
    for (const name of SUBJECT_ELEMENTS) {
      if (elementsOf(type)?.has(name) === true) paths.push(`${type}.${name}`)
    }
  }
  const elements = new Map<string, string[]>()
  for (const path of paths) {
    const cut = path.lastIndexOf('.')
    const owner = path.slice(0, cut)
    elements.set(owner, [...(elements.get(owner) ?? []), path.slice(cut + 1)])
  }
  return elements
}

/**
 * Marks as masked what was there, and went, and changes the meaning of its owner: without a mark a
 * refuted diagnosis would be one.
 */
export function markLost(
  owner: string,
  path: string,
  source: JsonObject,
  out: JsonObject,
  tally: Tally,
): void {
  for (const name of TELLING.get(owner) ?? []) {
    const row = elementsOf(owner)?.get(name)
    const had = source[name] !== undefined || source[`_${name}`] !== undefined
    if (row === undefined || !had || out[name] !== undefined) continue
    tally.note('required', childPath(path, name))
    const [member, value] = masked(name, row.types[0] as string, childPath(path, name), tally)
    out[member] = row.repeats ? [value] : value
  }
}

/** The code of most status value sets for what is not known. */
export const UNKNOWN = 'unknown'

/** The element that an invariant requires in place of one that went. */
function alsoRequired(owner: string, out: JsonObject, source: JsonObject): string | undefined {
  const rule = ALSO_REQUIRED.get(owner)
  if (rule === undefined) return undefined
  const [name, where] = rule
  const had = where.some((one) => source[one] !== undefined || source[`_${one}`] !== undefined)
  return had && !where.some((one) => out[one] !== undefined) ? name : undefined
}

/** The key under which a missing element is marked, undefined when it is there. */
function keyOf(
  name: string,
  row: ElementRow,
  out: JsonObject,
  source: JsonObject,
): { key: string; type: string } | undefined {
  if (!name.endsWith('[x]')) {
    return out[name] === undefined ? { key: name, type: row.types[0] as string } : undefined
  }
  const stem = name.slice(0, -3)
  const choices = row.types.map((type) => ({
    type,
    key: stem + suffixOf(type),
  }))
  if (choices.some(({ key }) => out[key] !== undefined)) return undefined
  return choices.find(({ key }) => source[key] !== undefined) ?? choices[0]
}

function masked(
  key: string,
  type: string,
  path: string,
  tally: Tally,
): [key: string, value: Value] {
  if (type.startsWith('@')) {
    return [key, fillRequired(type.slice(1), path, Object.create(null) as JsonObject, {}, tally)]
  }
  return /^[a-z]/.test(type) ? [`_${key}`, absent()] : [key, absent()]
}
