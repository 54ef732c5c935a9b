import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Bundle from '@ambrosia/health/Bundle'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import type { Criteria } from '../Criteria.ts'
import { facetOf, facetsOf, LEAST_PEOPLE, mostWith, nameOf, publish } from './Counts.ts'
import { mostMatching } from './mostMatching.ts'

const asking = (credential: object): Criteria =>
  ({
    resources: [{ type: 'Patient' }],
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          ...credential,
        },
      ],
    },
  }) as never

const path = (claim: string): string[] => ['credentialSubject', claim]

/** An observation, and one that is marked as sensitive. */
function resourcesOf(system: string, code: string) {
  const one = { resourceType: 'Observation', code: { coding: [{ system, code }] } }
  const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }
  const marked = { ...one, id: 'b', code: { coding: [{ system, code: 'hidden' }] } }
  const all = [
    { ...one, id: 'a' },
    { ...marked, meta: { security: [label] } },
  ]
  return Bundle.read(fromUtf8(JSON.stringify(bundleOf(all)))).resources.slice(1)
}

function bundleOf(resources: object[]): object {
  const patient = { resourceType: 'Patient', id: 'p' }
  const entry = [patient, ...resources].map((resource) => ({ resource }))
  return { resourceType: 'Bundle', type: 'collection', entry }
}

/** Everybody's claims, counted as an issuer does. */
function countsOf(people: readonly Record<string, string | number>[]) {
  const counts = new Map<string, number>()
  for (const claims of people) {
    for (const name of new Set(facetsOf(claims, []).map(nameOf)))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return publish(people.length, counts)
}

describe('counts of people', () => {
  it('count claims, and the values of sex, birth years and codes, and no measured value', () => {
    const claims = { sex: 'female', hba1c: 6400, condition1: '44054006', fhirVersion: '4.0.1' }
    const names = ['sex', 'sex=female', 'hba1c', 'condition1', 'condition1=44054006']
    assert.deepEqual(facetsOf(claims, []).map(nameOf), names)
    const [resource, marked] = resourcesOf('http://loinc.org', '4548-4')
    const coded = facetsOf(claims, [resource, resource, marked] as never)
    assert.deepEqual(coded.map(nameOf), [...names, 'Observation http://loinc.org|4548-4'])
    for (const facet of coded) assert.deepEqual(facetOf(nameOf(facet)), facet)
  })

  it('tell nothing below ten, tens alone, and never that nearly everybody has something', () => {
    const counts = new Map([
      ['hba1c', 9],
      ['ldl', 10],
      ['sex=male', 47],
      ['systolic', 51],
      ['sex', 53],
    ])
    assert.deepEqual(publish(53, counts), {
      people: 50,
      facets: [
        { claim: 'ldl', people: 10 },
        { claim: 'sex', people: 40 },
        { claim: 'sex', value: 'male', people: 40 },
        { claim: 'systolic', people: 40 },
      ],
    })
    assert.deepEqual(publish(9, new Map([['sex', 9]])), { people: 0, facets: [] })
    assert.deepEqual(publish(19, new Map([['sex', 19]])), { people: 10, facets: [] })
  })

  it('bound a query by its rarest claim, values and sets added up', () => {
    const counts = publish(
      200,
      new Map([
        ['sex=female', 90],
        ['sex=male', 110],
        ['sex', 200],
        ['hba1c', 30],
        ['ldl', 20],
      ]),
    )
    const most = (credential: object): number => mostMatching(asking(credential), counts).most
    const female = { id: 'a', path: path('sex'), values: ['female'] }
    const [hba1c, ldl] = [
      { id: 'b', path: path('hba1c') },
      { id: 'c', path: path('ldl') },
    ]
    assert.equal(most({}), 209)
    assert.equal(most({ claims: [female] }), 99)
    assert.equal(most({ claims: [{ ...female, values: ['female', 'male'] }] }), 209)
    assert.equal(most({ claims: [female, hba1c] }), 39)
    const sets = [['a', 'b'], ['c']]
    assert.equal(most({ claims: [female, hba1c, ldl], claim_sets: sets }), 39 + 29)
    assert.equal(most({ claims: [{ id: 'a', path: path('condition3') }] }), LEAST_PEOPLE - 1)
    // Of the rules one must select something.
    const code = { system: 'http://loinc.org', code: '4548-4' }
    const rule = { type: 'Observation', codes: [code] }
    const withCode = publish(200, new Map([[nameOf({ type: 'Observation', ...code }), 55]]))
    const asked = (resources: object[]): number =>
      mostMatching({ ...asking({}), resources } as never, withCode).most
    assert.equal(asked([rule]), 59)
    assert.equal(asked([rule, { ...rule, codes: [{ ...code, code: 'other' }] }]), 59 + 9)
    assert.equal(asked([{ ...rule, sensitive: ['HIV'] }]), 209)
    assert.equal(asked([rule, { type: 'Patient' }]), 209)
    // Measured values are not counted: they hold nobody off.
    assert.equal(most({ claims: [{ ...hba1c, values: [6400] }] }), 39)
  })

  it('are never less than who matches, whoever the people are', () => {
    const person = fc.record(
      {
        sex: fc.constantFrom('female', 'male'),
        birthYearBand: fc.constantFrom('1960-1964', '1965-1969'),
        hba1c: fc.constantFrom(5000, 6400),
        condition1: fc.constantFrom('44054006', '38341003', '195967001'),
      },
      { requiredKeys: ['sex'] },
    )
    fc.assert(
      fc.property(
        fc.array(person, { maxLength: 60 }),
        fc.constantFrom('sex', 'birthYearBand', 'hba1c', 'condition1'),
        fc.constantFrom(undefined, 'female', '44054006', '1960-1964'),
        (people, claim, value) => {
          const published = countsOf(people as never)
          const facet = value === undefined ? { claim } : { claim, value }
          const exact = (people as Record<string, unknown>[]).filter(
            (one) => one[claim] !== undefined && (value === undefined || one[claim] === value),
          ).length
          assert.ok(mostWith(published, facet) >= exact)
          for (const { people: told } of published.facets) {
            assert.equal(told % LEAST_PEOPLE, 0)
            assert.ok(told >= LEAST_PEOPLE && told <= published.people - LEAST_PEOPLE)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
