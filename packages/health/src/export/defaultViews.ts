import type { Column, Select, ViewDefinition } from './ViewDefinition.ts'

/**
 * Tables for the types that most records have. A row says what its resource says: every modifier
 * has a column, a value stands in the column of its data type, and the code is the one by which
 * groups and claims know the resource. Beside SQL on FHIR they use functions of runView.ts:
 * `getMainSystem()` and `getMainCode()` of a concept, `getStanding()` of a resource.
 */

const text = (name: string, path = name): Column => ({ name, path, type: 'string' })
const code = (name: string, path: string): Column => ({ name, path, type: 'code' })
const dateTime = (name: string, path: string): Column => ({ name, path, type: 'dateTime' })
const decimal = (name: string, path: string): Column => ({ name, path, type: 'decimal' })
const boolean = (name: string, path: string): Column => ({ name, path, type: 'boolean' })

const key = text('id', 'getResourceKey()')
const person = (path: string): Column => text('patient', `${path}.getReferenceKey()`)
/** How far the statement can be relied on, and what it is marked as. */
const reliance: readonly Column[] = [
  code('standing', 'getStanding()'),
  { name: 'security', path: 'meta.security.code', type: 'code', collection: true },
]
const mainCode = (path: string, prefix = ''): Column[] => [
  { name: `${prefix}system`, path: `${path}.getMainSystem()`, type: 'uri' },
  code(`${prefix}code`, `${path}.getMainCode()`),
]
/** A time that is one of a choice: a moment, or the ends of a period. */
const moment = (name: string, path: string): Column[] => [
  dateTime(name, `${path}.ofType(dateTime)`),
  dateTime(`${name}_start`, `${path}.ofType(Period).start`),
  dateTime(`${name}_end`, `${path}.ofType(Period).end`),
]
const quantity = (prefix: string, path: string): Column[] => [
  code(`${prefix}comparator`, `${path}.comparator`),
  decimal(`${prefix}value`, `${path}.value`),
  code(`${prefix}unit`, `${path}.code`),
  text(`${prefix}unit_text`, `${path}.unit`),
  { name: `${prefix}unit_system`, path: `${path}.system`, type: 'uri' },
]

/** The value of an Observation or of one of its components, and the reason where there is none. */
const observed: readonly Column[] = [
  ...mainCode('code'),
  ...quantity('', 'value.ofType(Quantity)'),
  { name: 'value_integer', path: 'value.ofType(integer)', type: 'integer' },
  boolean('value_boolean', 'value.ofType(boolean)'),
  text('value_text', 'value.ofType(string)'),
  ...mainCode('value.ofType(CodeableConcept)', 'value_'),
  text('value_concept_text', 'value.ofType(CodeableConcept).text'),
  ...moment('value_time', 'value'),
  { name: 'value_time_of_day', path: 'value.ofType(time)', type: 'time' },
  ...quantity('low_', 'value.ofType(Range).low'),
  ...quantity('high_', 'value.ofType(Range).high'),
  ...quantity('numerator_', 'value.ofType(Ratio).numerator'),
  ...quantity('denominator_', 'value.ofType(Ratio).denominator'),
  ...mainCode('dataAbsentReason', 'absent_reason_'),
]

const table = (name: string, resource: string, ...select: Select[]): ViewDefinition => ({
  name,
  resource,
  select,
})

export const DEFAULT_VIEWS: readonly ViewDefinition[] = [
  table('patients', 'Patient', {
    column: [
      key,
      boolean('active', 'active'),
      code('gender', 'gender'),
      { name: 'birth_date', path: 'birthDate', type: 'date' },
      code(
        'birth_date_absent',
        "birthDate.extension('http://hl7.org/fhir/StructureDefinition/data-absent-reason').value.ofType(code)",
      ),
      boolean('is_90_or_older', "birthDate.extension('urn:ambrosia:age-90-or-older').exists()"),
      boolean('deceased', 'deceased.ofType(boolean)'),
      dateTime('deceased_at', 'deceased.ofType(dateTime)'),
      code('address_use', 'address.first().use'),
      text('state', 'address.first().state'),
      text('country', 'address.first().country'),
      ...reliance,
    ],
  }),
  table('conditions', 'Condition', {
    column: [
      key,
      person('subject'),
      ...mainCode('code'),
      code('clinical_status', 'clinicalStatus.getMainCode()'),
      code('verification_status', 'verificationStatus.getMainCode()'),
      ...moment('onset', 'onset'),
      ...quantity('onset_age_', 'onset.ofType(Age)'),
      ...moment('abatement', 'abatement'),
      ...quantity('abatement_age_', 'abatement.ofType(Age)'),
      dateTime('recorded', 'recordedDate'),
      ...reliance,
    ],
  }),
  table('allergies', 'AllergyIntolerance', {
    column: [
      key,
      person('patient'),
      ...mainCode('code'),
      code('clinical_status', 'clinicalStatus.getMainCode()'),
      code('verification_status', 'verificationStatus.getMainCode()'),
      code('type', 'type'),
      code('criticality', 'criticality'),
      ...moment('onset', 'onset'),
      dateTime('recorded', 'recordedDate'),
      ...reliance,
    ],
  }),
  table(
    'observations',
    'Observation',
    {
      column: [
        key,
        person('subject'),
        code('status', 'status'),
        ...moment('effective', 'effective'),
        { name: 'effective_instant', path: 'effective.ofType(instant)', type: 'instant' },
        { name: 'issued', path: 'issued', type: 'instant' },
        ...reliance,
      ],
    },
    {
      unionAll: [
        { column: [{ name: 'component', path: '{}', type: 'integer' }, ...observed] },
        {
          forEach: 'component',
          column: [{ name: 'component', path: 'getPosition()', type: 'integer' }, ...observed],
        },
      ],
    },
  ),
  table('medications', 'MedicationRequest', {
    column: [
      key,
      person('subject'),
      ...mainCode('medication.ofType(CodeableConcept)'),
      text('medication', 'medication.ofType(Reference).getReferenceKey()'),
      code('status', 'status'),
      code('intent', 'intent'),
      boolean('do_not_perform', 'doNotPerform'),
      dateTime('authored_on', 'authoredOn'),
      ...reliance,
    ],
  }),
  table('procedures', 'Procedure', {
    column: [
      key,
      person('subject'),
      ...mainCode('code'),
      code('status', 'status'),
      ...moment('performed', 'performed'),
      ...quantity('performed_age_', 'performed.ofType(Age)'),
      ...reliance,
    ],
  }),
  table('immunizations', 'Immunization', {
    column: [
      key,
      person('patient'),
      ...mainCode('vaccineCode'),
      code('status', 'status'),
      boolean('is_subpotent', 'isSubpotent'),
      dateTime('occurrence', 'occurrence.ofType(dateTime)'),
      text('occurrence_text', 'occurrence.ofType(string)'),
      ...reliance,
    ],
  }),
  table('encounters', 'Encounter', {
    column: [
      key,
      person('subject'),
      code('status', 'status'),
      { name: 'class_system', path: 'class.system', type: 'uri' },
      code('class', 'class.code'),
      ...mainCode('type.first()', 'type_'),
      dateTime('start', 'period.start'),
      dateTime('end', 'period.end'),
      ...reliance,
    ],
  }),
]
