import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject, memberOf } from '../../Resource.ts'

/**
 * Which element each column of the built-in tables claims, written by hand and not by the views.
 */

type Path = readonly string[]
type Rows = readonly (readonly [column: string, path: Path])[]

const moment = (name: string, stem: string): Rows => [
  [name, [`${stem}DateTime`]],
  [`${name}_start`, [`${stem}Period`, 'start']],
  [`${name}_end`, [`${stem}Period`, 'end']],
]
const quantity = (prefix: string, ...path: string[]): Rows => [
  [`${prefix}comparator`, [...path, 'comparator']],
  [`${prefix}value`, [...path, 'value']],
  [`${prefix}unit`, [...path, 'code']],
  [`${prefix}unit_text`, [...path, 'unit']],
  [`${prefix}unit_system`, [...path, 'system']],
]

export const COLUMN_PATHS: Readonly<Record<string, Rows>> = {
  patients: [
    ['active', ['active']],
    ['gender', ['gender']],
    ['birth_date', ['birthDate']],
    ['deceased', ['deceasedBoolean']],
    ['deceased_at', ['deceasedDateTime']],
  ],
  conditions: [
    ...moment('onset', 'onset'),
    ...quantity('onset_age_', 'onsetAge'),
    ...moment('abatement', 'abatement'),
    ...quantity('abatement_age_', 'abatementAge'),
    ['recorded', ['recordedDate']],
  ],
  allergies: [
    ['type', ['type']],
    ['criticality', ['criticality']],
    ...moment('onset', 'onset'),
    ['recorded', ['recordedDate']],
  ],
  observations: [
    ['status', ['status']],
    ...moment('effective', 'effective'),
    ['effective_instant', ['effectiveInstant']],
    ['issued', ['issued']],
    ...quantity('', 'valueQuantity'),
    ['value_integer', ['valueInteger']],
    ['value_boolean', ['valueBoolean']],
    ['value_text', ['valueString']],
    ['value_concept_text', ['valueCodeableConcept', 'text']],
    ...moment('value_time', 'value'),
    ['value_time_of_day', ['valueTime']],
    ...quantity('low_', 'valueRange', 'low'),
    ...quantity('high_', 'valueRange', 'high'),
    ...quantity('numerator_', 'valueRatio', 'numerator'),
    ...quantity('denominator_', 'valueRatio', 'denominator'),
  ],
  medications: [
    ['status', ['status']],
    ['intent', ['intent']],
    ['do_not_perform', ['doNotPerform']],
    ['authored_on', ['authoredOn']],
  ],
  procedures: [
    ['status', ['status']],
    ...moment('performed', 'performed'),
    ...quantity('performed_age_', 'performedAge'),
  ],
  immunizations: [
    ['status', ['status']],
    ['is_subpotent', ['isSubpotent']],
    ['occurrence', ['occurrenceDateTime']],
    ['occurrence_text', ['occurrenceString']],
  ],
  encounters: [
    ['status', ['status']],
    ['class_system', ['class', 'system']],
    ['class', ['class', 'code']],
    ['start', ['period', 'start']],
    ['end', ['period', 'end']],
  ],
}

/** Concepts of which a table has the main coding, by the prefix of its columns. */
export const CONCEPTS: Readonly<Record<string, Rows>> = {
  conditions: [['', ['code']]],
  allergies: [['', ['code']]],
  observations: [
    ['', ['code']],
    ['value_', ['valueCodeableConcept']],
    ['absent_reason_', ['dataAbsentReason']],
  ],
  medications: [['', ['medicationCodeableConcept']]],
  procedures: [['', ['code']]],
  immunizations: [['', ['vaccineCode']]],
}

const NUMBERS = /(?:^|_)value$|^value_integer$/
const BOOLEANS = /^(?:active|deceased|value_boolean|do_not_perform|is_subpotent)$/

/** The elements that a row claims, as an object of the resource's shape. */
export function restore(table: string, row: ReadonlyMap<string, string>): JsonObject {
  const restored: JsonObject = {}
  for (const [column, path] of COLUMN_PATHS[table] ?? []) {
    const text = row.get(column)
    if (text === undefined) throw new Error(`${table} has no column ${column}`)
    if (text === '') continue
    const value: Value = NUMBERS.test(column)
      ? new NumberToken(text)
      : BOOLEANS.test(column)
        ? text === 'true'
        : text
    put(restored, path, value)
  }
  return restored
}

function put(root: JsonObject, path: Path, value: Value): void {
  let at = root
  for (const [i, name] of path.entries()) {
    if (i === path.length - 1) at[name] = value
    else {
      const inner = at[name]
      const next: JsonObject = isObject(inner) ? inner : {}
      at[name] = next
      at = next
    }
  }
}

export function get(root: JsonObject, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((value, name) => memberOf(value, name), root)
}
