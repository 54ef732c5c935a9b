import type { Value } from '@ambrosia/primitives/CanonicalJson'
import type { JsonObject } from '../Resource.ts'
import type { Tally } from './report.ts'
import { ALSO_REQUIRED, DATA_ABSENT, MASKED } from './rules.ts'
import { type ElementRow, elementsOf } from './tables.ts'

/** The extension that says why an element has no value, https://hl7.org/fhir/R4/extension-data-absent-reason.html. */
export function absent(): JsonObject {
  return { extension: [{ url: DATA_ABSENT, valueCode: MASKED }] }
}

/**
 * Marks every required element that is not there as masked, so that the resource stays valid: a primitive by its `_` sibling,
 * an element with parts by its own required parts, any other by the extension alone.
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
  for (const [name, row] of rows) {
    if (row.min === 0 && ALSO_REQUIRED.get(owner) !== name) continue
    const key = keyOf(name, row, out, source)
    if (key === undefined) continue
    tally.note('required', `${path}.${name}`)
    const [member, value] = masked(key.key, key.type, `${path}.${name}`, tally)
    out[member] = row.repeats ? [value] : value
  }
  return out
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
    key: stem + type.charAt(0).toUpperCase() + type.slice(1),
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
