import type { Column, ViewDefinition } from './ViewDefinition.ts'

const key: Column = { name: 'id', path: 'getResourceKey()', type: 'string' }
const person = (path: string): Column => ({
  name: 'patient',
  path: `${path}.getReferenceKey()`,
  type: 'string',
})
const code = (path: string): Column[] => [
  { name: 'system', path: `${path}.coding.first().system`, type: 'uri' },
  { name: 'code', path: `${path}.coding.first().code`, type: 'code' },
]

const quantity = (path: string): Column[] => [
  { name: 'value', path: `${path}.ofType(Quantity).value`, type: 'decimal' },
  { name: 'unit', path: `${path}.ofType(Quantity).code`, type: 'code' },
  {
    name: 'value_code',
    path: `${path}.ofType(CodeableConcept).coding.first().code`,
    type: 'code',
  },
]

/** Tables for the types that most records have. */
export const DEFAULT_VIEWS: readonly ViewDefinition[] = [
  {
    name: 'patients',
    resource: 'Patient',
    select: [
      {
        column: [
          key,
          { name: 'gender', path: 'gender', type: 'code' },
          { name: 'birth_date', path: 'birthDate', type: 'date' },
          { name: 'state', path: 'address.first().state', type: 'string' },
          { name: 'country', path: 'address.first().country', type: 'string' },
        ],
      },
    ],
  },
  {
    name: 'conditions',
    resource: 'Condition',
    select: [
      {
        column: [
          key,
          person('subject'),
          ...code('code'),
          {
            name: 'clinical_status',
            path: 'clinicalStatus.coding.first().code',
            type: 'code',
          },
          { name: 'onset', path: 'onset.ofType(dateTime)', type: 'dateTime' },
          { name: 'abatement', path: 'abatement.ofType(dateTime)', type: 'dateTime' },
        ],
      },
    ],
  },
  {
    name: 'observations',
    resource: 'Observation',
    select: [
      {
        column: [
          key,
          person('subject'),
          { name: 'status', path: 'status', type: 'code' },
          { name: 'effective', path: 'effective.ofType(dateTime)', type: 'dateTime' },
        ],
      },
      {
        unionAll: [
          { column: [...code('code'), ...quantity('value')] },
          { forEach: 'component', column: [...code('code'), ...quantity('value')] },
        ],
      },
    ],
  },
  {
    name: 'medications',
    resource: 'MedicationRequest',
    select: [
      {
        column: [
          key,
          person('subject'),
          ...code('medication.ofType(CodeableConcept)'),
          { name: 'status', path: 'status', type: 'code' },
          { name: 'authored_on', path: 'authoredOn', type: 'dateTime' },
        ],
      },
    ],
  },
  {
    name: 'procedures',
    resource: 'Procedure',
    select: [
      {
        column: [
          key,
          person('subject'),
          ...code('code'),
          { name: 'status', path: 'status', type: 'code' },
          {
            name: 'performed',
            path: 'iif(performed is dateTime, performed.ofType(dateTime), performed.ofType(Period).start)',
            type: 'dateTime',
          },
        ],
      },
    ],
  },
  {
    name: 'immunizations',
    resource: 'Immunization',
    select: [
      {
        column: [
          key,
          person('patient'),
          ...code('vaccineCode'),
          { name: 'status', path: 'status', type: 'code' },
          { name: 'occurrence', path: 'occurrence.ofType(dateTime)', type: 'dateTime' },
        ],
      },
    ],
  },
  {
    name: 'encounters',
    resource: 'Encounter',
    select: [
      {
        column: [
          key,
          person('subject'),
          { name: 'class', path: 'class.code', type: 'code' },
          { name: 'type_system', path: 'type.first().coding.first().system', type: 'uri' },
          { name: 'type_code', path: 'type.first().coding.first().code', type: 'code' },
          { name: 'start', path: 'period.start', type: 'dateTime' },
          { name: 'end', path: 'period.end', type: 'dateTime' },
        ],
      },
    ],
  },
]
