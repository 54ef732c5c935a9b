import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import * as Resource from './Resource.ts'

const from = (plain: { resourceType: string; [element: string]: unknown }): Resource.Resource => ({
  type: plain.resourceType,
  id: 'x',
  value: CanonicalJson.parse(JSON.stringify(plain)),
})
const loinc = (code: string): object => ({ system: 'http://loinc.org', code })
const snomed = (code: string): object => ({ system: 'http://snomed.info/sct', code })

describe('mainCode', () => {
  it('reads the element of the type', () => {
    const cases: [string, object, string][] = [
      ['Observation', { code: { coding: [loinc('a')] } }, 'a'],
      ['MedicationRequest', { medicationCodeableConcept: { coding: [snomed('b')] } }, 'b'],
      ['Immunization', { vaccineCode: { coding: [snomed('c')] } }, 'c'],
      ['Encounter', { type: [{ coding: [snomed('d')] }], class: { code: 'AMB' } }, 'd'],
      ['Encounter', { class: { system: 's', code: 'AMB' } }, 'AMB'],
      ['Goal', { description: { coding: [snomed('e')] } }, 'e'],
      ['FamilyMemberHistory', { condition: [{ code: { coding: [snomed('f')] } }] }, 'f'],
    ]
    for (const [type, elements, code] of cases) {
      assert.equal(Resource.mainCode(from({ resourceType: type, ...elements }))?.code, code, type)
    }
  })

  it('does not depend on the order of codings, and puts known systems first', () => {
    const codings = [
      { system: 'http://a.example', code: '1' },
      loinc('9'),
      loinc('3'),
      snomed('2'),
      { code: '0' },
    ]
    const expected = { system: 'http://loinc.org', code: '3' }
    for (const coding of [codings, codings.toReversed()]) {
      const resource = from({ resourceType: 'Observation', code: { coding } })
      assert.deepEqual(Resource.mainCode(resource), expected)
      assert.equal(Resource.codesOf(resource).length, 5)
    }
  })

  it('is undefined without a code', () => {
    const cases = [
      { resourceType: 'Observation' },
      { resourceType: 'Observation', code: { text: 'glucose' } },
      { resourceType: 'Observation', code: { coding: [{ system: 'http://loinc.org' }] } },
      { resourceType: 'Observation', code: { coding: [{ code: 7 }] } },
      { resourceType: 'Observation', code: 'x' },
      { resourceType: 'Patient', code: { coding: [loinc('a')] } },
      { resourceType: 'constructor', code: 7 },
    ]
    for (const plain of cases) assert.equal(Resource.mainCode(from(plain)), undefined)
  })
})

describe('period', () => {
  it('reads dates and periods, the most specific element first', () => {
    const cases: [object, [number, number] | undefined][] = [
      [{ effectiveDateTime: '2020-05-03', issued: '2021-01-01T00:00:00Z' }, [2020, 2020]],
      [{ effectivePeriod: { start: '2019', end: '2021-02' } }, [2019, 2021]],
      [{ effectivePeriod: { start: '2019' } }, [2019, 2019]],
      [{ effectivePeriod: { end: '2021' } }, [2021, 2021]],
      [{ effectivePeriod: { start: '2022', end: '2021' } }, [2021, 2022]],
      [{ birthDate: '1960-01-01', deceasedDateTime: '2020-01-01' }, undefined],
      [{ effectiveDateTime: 'yesterday' }, undefined],
      [{ effectiveDateTime: '20200101' }, undefined],
      [{ effectiveDateTime: 2020 }, undefined],
      [{ period: 'x', date: '2018' }, [2018, 2018]],
      [{}, undefined],
    ]
    for (const [elements, years] of cases) {
      const found = Resource.period(from({ resourceType: 'Observation', ...elements }))
      const expected = years && { startYear: years[0], endYear: years[1] }
      assert.deepEqual(found, expected, JSON.stringify(elements))
    }
  })
})

describe('references', () => {
  it('finds each once, at any depth', () => {
    const resource = from({
      resourceType: 'Observation',
      subject: { reference: 'Patient/p' },
      hasMember: [{ reference: 'urn:uuid:1' }, { reference: 'Patient/p' }, { reference: 7 }],
      contained: [{ resourceType: 'Device', patient: { reference: '#q' } }],
    })
    assert.deepEqual(Resource.references(resource), ['Patient/p', 'urn:uuid:1', '#q'])
  })
})

describe('canonicalBytes', () => {
  it('orders keys and keeps the digits', () => {
    const value = CanonicalJson.parse(
      '{"z":1.50,"a":[0.0,1e3,1E+3,-0],"resourceType":"Observation"}',
    )
    const bytes = Resource.canonicalBytes({ type: 'Observation', id: '', value })
    assert.equal(
      new TextDecoder().decode(bytes),
      '{"a":[0.0,1e3,1E+3,-0],"resourceType":"Observation","z":1.50}',
    )
    assert.deepEqual(Resource.toPlain({ type: 'Observation', id: '', value }), {
      a: [0, 1000, 1000, -0],
      resourceType: 'Observation',
      z: 1.5,
    })
  })
})
