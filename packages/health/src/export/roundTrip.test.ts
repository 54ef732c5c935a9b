import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NumberToken, parse, type Value } from '@ambrosia/primitives/CanonicalJson'
import fc from 'fast-check'
import * as Bundle from '../Bundle.ts'
import * as Export from '../Export.ts'
import * as Generator from '../Generator.ts'
import { meaningOf } from '../Meaning.ts'
import { isObject, type Resource } from '../Resource.ts'
import type { JsonObject } from '../resource/json.ts'
import { readCsv } from './testing/readCsv.ts'
import { COLUMN_PATHS, CONCEPTS, get, restore } from './testing/restore.ts'

/**
 * A row says what its resource says: what the columns claim is restored from the CSV and is what
 * stands in the resource, digits, modifiers and data types included.
 */

const asOf = new Date('2026-05-01T00:00:00Z')
const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'

/** Writes the tables of a record and reads them back. */
function rowsOf(resources: readonly Resource[]): Map<string, Map<string, string>[]> {
  const tables = Export.tables([resources], { asOf })
  return new Map(tables.map((table) => [table.name, readCsv(Export.toCsv(table))]))
}

function assertRoundTrip(resources: readonly Resource[]): number {
  let count = 0
  const tables = rowsOf(resources)
  for (const view of Export.DEFAULT_VIEWS) {
    const rows = tables.get(view.name ?? '') ?? []
    for (const resource of resources.filter(({ type }) => type === view.resource)) {
      const own = rows.filter((row) => row.get('id') === resource.id)
      assert.ok(own.length > 0, `${view.name} has no row`)
      for (const row of own) {
        count++
        assertRow(view.name ?? '', row, resource)
      }
    }
  }
  return count
}

function assertRow(table: string, row: ReadonlyMap<string, string>, resource: Resource): void {
  const position = row.get('component')
  const whole = resource.value as JsonObject
  const components = whole['component'] as JsonObject[] | undefined
  const part = position ? components?.[Number(position)] : whole
  const restored = restore(table, row)
  for (const [column, path] of COLUMN_PATHS[table] ?? []) {
    const holder = isOfWhole(column) ? whole : (part as JsonObject)
    assert.deepEqual(
      plain(get(restored, path)),
      plain(get(holder, path)),
      `${table}.${column} of ${JSON.stringify(plain(holder))}`,
    )
  }
  for (const [prefix, path] of CONCEPTS[table] ?? []) {
    const holder = part as JsonObject
    const codings = (get(holder, [...path, 'coding']) ?? []) as JsonObject[]
    const code = row.get(`${prefix}code`)
    if (code === '') assert.ok(!codings.some((one) => typeof one['code'] === 'string'), prefix)
    else {
      const system = row.get(`${prefix}system`)
      assert.ok(
        codings.some((one) => one['code'] === code && (one['system'] ?? '') === system),
        `${table} ${prefix}`,
      )
    }
  }
  assert.equal(row.get('standing'), meaningOf(resource.type, whole).standing)
}

/** Columns of an observation's component rows that speak of the whole Observation. */
function isOfWhole(column: string): boolean {
  return /^(?:status|effective|issued)/.test(column)
}

function plain(value: Value | undefined): unknown {
  if (value instanceof NumberToken) return `number ${value.text}`
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
}

const number = fc.constantFrom('7.10', '-3.5', '0', '1.0E-2', '100000')
const text = fc.constantFrom(
  'positive',
  '=1+1',
  '+49',
  '-x',
  '@SUM(A1:A9)',
  "'=x",
  ' =x',
  '"a",b',
  'a\nb',
  "'quoted'",
)
const quantity = fc
  .record(
    {
      value: number,
      comparator: fc.constantFrom('<', '<=', '>=', '>'),
      unit: text,
      system: fc.constantFrom('http://unitsofmeasure.org', 'urn:lab'),
      code: fc.constantFrom('%', 'mg/dL', '@x'),
    },
    { requiredKeys: [] },
  )
  .map(({ value, ...rest }) => ({
    ...rest,
    ...(value === undefined ? {} : { value: token(value) }),
  }))
/** Numbers are put in by their text afterwards, so that they keep their digits. */
const token = (digits: string): string => `#${digits}#`
const concept = fc.record(
  {
    coding: fc.uniqueArray(
      fc.record(
        {
          system: fc.constantFrom(LOINC, SNOMED, 'urn:lab'),
          code: fc.constantFrom('a', '=b', '4548-4'),
        },
        { requiredKeys: ['code'] },
      ),
      { maxLength: 3, selector: ({ system, code }) => `${system} ${code}` },
    ),
    text,
  },
  { requiredKeys: [] },
)
const date = fc.constantFrom('2024', '2024-03', '2024-03-02', '2024-03-02T10:00:00+01:00')
const period = fc.record({ start: date, end: date }, { requiredKeys: [] })
const value = fc.oneof(
  fc.constant({}),
  quantity.map((valueQuantity) => ({ valueQuantity })),
  fc.constantFrom('94', '-1').map((digits) => ({ valueInteger: token(digits) })),
  fc.boolean().map((valueBoolean) => ({ valueBoolean })),
  text.map((valueString) => ({ valueString })),
  concept.map((valueCodeableConcept) => ({ valueCodeableConcept })),
  date.map((valueDateTime) => ({ valueDateTime })),
  period.map((valuePeriod) => ({ valuePeriod })),
  fc.constant({ valueTime: '10:30:00' }),
  fc
    .record({ low: quantity, high: quantity }, { requiredKeys: [] })
    .map((valueRange) => ({ valueRange })),
  fc.record({ numerator: quantity, denominator: quantity }).map((valueRatio) => ({ valueRatio })),
  concept.map((dataAbsentReason) => ({ dataAbsentReason })),
)
const effective = fc.oneof(
  fc.constant({}),
  date.map((effectiveDateTime) => ({ effectiveDateTime })),
  period.map((effectivePeriod) => ({ effectivePeriod })),
  fc.constant({ effectiveInstant: '2024-03-02T10:00:00.123Z' }),
)
const holder = fc.tuple(concept, value).map(([code, rest]) => ({ code, ...rest }))
const observation = fc
  .tuple(
    holder,
    effective,
    fc.constantFrom('final', 'cancelled', 'amended'),
    fc.array(holder, { maxLength: 2 }),
  )
  .map(([own, when, status, component]) => ({
    resourceType: 'Observation',
    id: 'o',
    status,
    ...own,
    ...when,
    ...(component.length === 0 ? {} : { component }),
  }))

const resourceOf = (json: object): Resource => {
  const written = JSON.stringify(json).replace(/"#(.*?)#"/g, '$1')
  const { resourceType, id } = json as { resourceType: string; id: string }
  return { type: resourceType, id, value: parse(written) }
}

describe('the built-in tables', () => {
  it('property: give back every observation that their columns speak of, through CSV', () => {
    fc.assert(
      fc.property(observation, (json) => assertRoundTrip([resourceOf(json)]) > 0),
      { numRuns: 500, seed: 16 },
    )
  })

  it('give back every resource of generated patients', () => {
    let count = 0
    for (const seed of [1, 2, 3]) {
      count += assertRoundTrip(Generator.patient({ seed, asOf, resources: 150 }).resources)
    }
    assert.ok(count > 300, String(count))
  })

  it('give back what changes the meaning of conditions, orders, procedures and persons', () => {
    const status = (name: string, system: string, code: string): object => ({
      [name]: { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] },
    })
    const age = { value: 41, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' }
    const json = [
      {
        resourceType: 'Condition',
        id: '1',
        ...status('clinicalStatus', 'condition-clinical', 'resolved'),
        ...status('verificationStatus', 'condition-ver-status', 'refuted'),
        code: {
          coding: [
            { system: 'urn:lab', code: 'X' },
            { system: SNOMED, code: '44054006' },
          ],
        },
        onsetPeriod: { start: '2020-01-01' },
        abatementAge: age,
        recordedDate: '2021',
      },
      {
        resourceType: 'AllergyIntolerance',
        id: '2',
        ...status('verificationStatus', 'allergyintolerance-verification', 'entered-in-error'),
        onsetDateTime: '2019',
        type: 'allergy',
        criticality: 'high',
      },
      {
        resourceType: 'MedicationRequest',
        id: '3',
        status: 'active',
        intent: 'proposal',
        doNotPerform: true,
        medicationReference: { reference: 'Medication/m' },
        authoredOn: '2024-01-01',
      },
      { resourceType: 'Procedure', id: '4', status: 'not-done', performedPeriod: { end: '2020' } },
      { resourceType: 'Procedure', id: '5', status: 'completed', performedAge: age },
      {
        resourceType: 'Immunization',
        id: '6',
        status: 'not-done',
        isSubpotent: true,
        occurrenceString: '-',
      },
      {
        resourceType: 'Encounter',
        id: '7',
        status: 'planned',
        class: { system: 'urn:x', code: 'AMB' },
        period: { start: '2024' },
      },
      {
        resourceType: 'Patient',
        id: '8',
        active: false,
        gender: 'female',
        birthDate: '1970-01-01',
        deceasedBoolean: true,
      },
    ]
    assert.equal(assertRoundTrip(json.map(resourceOf)), json.length)
  })

  it('take the coding by which groups know the resource, not the first', () => {
    const [row] =
      rowsOf([
        resourceOf({
          resourceType: 'Observation',
          id: 'o',
          status: 'final',
          code: {
            coding: [
              { system: 'urn:lab', code: 'A1C' },
              { system: SNOMED, code: '43396009' },
              { system: LOINC, code: '4548-4' },
            ],
          },
        }),
      ]).get('observations') ?? []
    assert.deepEqual([row?.get('system'), row?.get('code')], [LOINC, '4548-4'])
  })

  it('a cell that a spreadsheet would run begins with an apostrophe; a negative number does not', () => {
    const resource = resourceOf({
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      code: { coding: [{ system: 'urn:lab', code: '@SUM(A1:A9)' }] },
      valueQuantity: { value: token('-3.5'), unit: '=x' },
    })
    const [table] = Export.tables([[resource]], { asOf }).filter(
      ({ name }) => name === 'observations',
    )
    const lines = new TextDecoder().decode(Export.toCsv(table as Export.Table)).split('\r\n')
    assert.match(lines[1] as string, /,'@SUM\(A1:A9\),/)
    assert.match(lines[1] as string, /,-3\.5,/)
    assert.match(lines[1] as string, /,'=x,/)
    assert.equal(Export.neutralisedCount(table as Export.Table), 2)
  })

  it('references stay in the record of their person', () => {
    const person = (state: string): Resource[] =>
      Bundle.readResources(
        JSON.stringify({
          resourceType: 'Bundle',
          type: 'collection',
          entry: [
            { fullUrl: `urn:uuid:${state}`, resource: { resourceType: 'Patient', id: state } },
            {
              resource: {
                resourceType: 'Procedure',
                id: 'x',
                status: 'completed',
                subject: { reference: `urn:uuid:${state}` },
              },
            },
          ],
        }),
      )
    const table = Export.tables([person('a'), person('b')], { asOf }).find(
      ({ name }) => name === 'procedures',
    )
    const at = table?.columns.findIndex(({ name }) => name === 'patient') ?? -1
    assert.deepEqual(
      table?.rows.map((row) => row[at]),
      ['a', 'b'],
    )
  })
})
