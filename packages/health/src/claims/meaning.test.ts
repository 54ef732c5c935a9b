import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bundle from '../Bundle.ts'
import { AMBROSIA_CORE_2 } from '../ClaimProfile.ts'
import * as Claims from '../Claims.ts'
import { EFFECTS } from '../meaning/effects.ts'
import type { Resource } from '../Resource.ts'
import * as SafeHarbor from '../SafeHarbor.ts'
import * as Validation from '../Validation.ts'

/**
 * What is signed is what the record says: modifiers, limits, units and whom a resource is about.
 */

const asOf = new Date('2026-05-01T00:00:00Z')
const UCUM = 'http://unitsofmeasure.org'
type Json = Record<string, unknown>

const patient: Json = {
  resourceType: 'Patient',
  id: 'p1',
  gender: 'female',
  birthDate: '1970-05-04',
}
let count = 0
const result = (code: string, date: string, quantity: Json, more: Json = {}): Json => ({
  resourceType: 'Observation',
  id: `o${count++}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: date,
  valueQuantity: { system: UCUM, ...quantity },
  ...more,
})
const EGFR = { code: 'mL/min/{1.73_m2}' }

function claimsOf(...resources: Json[]): Claims.Claims {
  const entry = [patient, ...resources].map((resource) => ({ resource }))
  const text = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry })
  return Claims.derive(Bundle.read(text).resources, AMBROSIA_CORE_2, { asOf })
}

/** The claims of one measurement. */
function of(name: string, ...resources: Json[]): Json {
  const all = Object.entries(claimsOf(...resources))
  return Object.fromEntries(all.filter(([claim]) => claim.startsWith(name)))
}

describe('status', () => {
  it('of the fixture: a cancelled result is not the latest value', (t) => {
    const path = fixturePath(t, 'field/cancelled-result-in-claim.json')
    if (path === null) return
    const claims = Claims.derive(Bundle.read(readFileSync(path)).resources, AMBROSIA_CORE_2, {
      asOf,
    })
    assert.equal(claims['hba1c'], 51)
    assert.equal(claims['hba1cYear'], 2024)
  })

  it('only a final, amended or corrected result gives a value', () => {
    for (const [status, effect] of EFFECTS.get('Observation.status') ?? []) {
      const latest = result('4548-4', '2025', { value: 12.9, code: '%' }, { status })
      const old = result('4548-4', '2024', { value: 5.1, code: '%' })
      const expected =
        effect === 'stated' ? { hba1c: 129, hba1cYear: 2025 } : { hba1c: 51, hba1cYear: 2024 }
      assert.deepEqual(of('hba1c', old, latest), expected, status)
    }
  })

  it('nothing is claimed with a modifier extension, also inside a component or a reference range', () => {
    const modifierExtension = [{ url: 'urn:x', valueBoolean: true }]
    const value = { value: 7.1, code: '%' }
    for (const more of [
      { modifierExtension },
      { referenceRange: [{ modifierExtension, text: 'x' }] },
      { component: [{ modifierExtension, code: { text: 'x' } }] },
      { implicitRules: 'urn:x' },
    ]) {
      assert.deepEqual(of('hba1c', result('4548-4', '2025', value, more)), {}, JSON.stringify(more))
    }
  })

  it('a value beside a reason for its absence is not a value', () => {
    const pressure = {
      ...result('85354-9', '2025', {}),
      valueQuantity: undefined,
      component: [
        {
          code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
          valueQuantity: { value: 120, system: UCUM, code: 'mm[Hg]' },
          dataAbsentReason: { coding: [{ code: 'error' }] },
        },
      ],
    }
    assert.deepEqual(of('systolic', pressure), {})
  })
})

describe('doubts', () => {
  const REASON = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason' }
  const extension = [{ ...REASON, valueCode: 'error' }]
  const value = { value: 7.1, code: '%' }

  it('unreliable data and parts of resources give no claim', () => {
    const OBSERVATION_VALUE = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue'
    for (const meta of [
      { security: [{ system: OBSERVATION_VALUE, code: 'UNCERTREL' }] },
      { tag: [{ system: 'http://hl7.org/fhir/v3/ObservationValue', code: 'SUBSETTED' }] },
    ]) {
      assert.deepEqual(of('hba1c', result('4548-4', '2025', value, { meta })), {})
    }
    const meta = { tag: [{ system: 'http://hospital.example', code: 'SUBSETTED' }] }
    const claims = of('hba1c', result('4548-4', '2025', value, { meta }))
    assert.deepEqual(claims, { hba1c: 71, hba1cYear: 2025 })
  })

  it('what stands beside a reason for its absence is not claimed', () => {
    for (const more of [
      { valueQuantity: { system: UCUM, ...value, _value: { extension } } },
      { valueQuantity: { system: UCUM, ...value, extension } },
      { code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], extension } },
      { _status: { extension } },
    ]) {
      assert.deepEqual(of('hba1c', result('4548-4', '2025', value, more)), {}, JSON.stringify(more))
    }
    const person = { ...patient, _birthDate: { extension }, _gender: { extension } }
    const entry = [{ resource: person }]
    const text = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry })
    const claims = Claims.derive(Bundle.read(text).resources, AMBROSIA_CORE_2, { asOf })
    assert.deepEqual([claims['birthYearBand'], claims['sex']], [undefined, undefined])
  })
})

describe('limits', () => {
  const egfr = (date: string, value: number, comparator?: string): Json =>
    result('33914-3', date, { value, ...EGFR, ...(comparator === undefined ? {} : { comparator }) })

  it('a limit is claimed as a limit, rounded so that it stays true', () => {
    assert.deepEqual(of('egfr', egfr('2025', 60, '>')), { egfrAtLeast: 60, egfrYear: 2025 })
    assert.deepEqual(of('egfr', egfr('2025', 60.9, '>=')), { egfrAtLeast: 60, egfrYear: 2025 })
    assert.deepEqual(of('egfr', egfr('2025', 14.1, '<')), { egfrAtMost: 15, egfrYear: 2025 })
    assert.deepEqual(of('egfr', egfr('2025', 15, '<=')), { egfrAtMost: 15, egfrYear: 2025 })
    const hba1c = result('4548-4', '2025', { value: 14, code: '%', comparator: '>' })
    assert.deepEqual(of('hba1c', hba1c), { hba1cAtLeast: 140, hba1cYear: 2025 })
  })

  it('a limit hides an older value, and an older limit is hidden by a value', () => {
    assert.deepEqual(of('egfr', egfr('2024', 45), egfr('2025', 60, '>')), {
      egfrAtLeast: 60,
      egfrYear: 2025,
    })
    assert.deepEqual(of('egfr', egfr('2025', 45), egfr('2024', 60, '>')), {
      egfr: 45,
      egfrYear: 2025,
    })
  })

  it('of several at one time says what is true of the largest', () => {
    const all = (...list: [number, string?][]): Json =>
      of('egfr', ...list.map(([value, sign]) => egfr('2025', value, sign)))
    const egfrYear = 2025
    assert.deepEqual(all([45], [60]), { egfr: 60, egfrYear })
    assert.deepEqual(all([45], [60, '>']), { egfrAtLeast: 60, egfrYear })
    assert.deepEqual(all([75], [60, '>']), { egfrAtLeast: 75, egfrYear })
    assert.deepEqual(all([45], [60, '<']), { egfrAtMost: 60, egfrAtLeast: 45, egfrYear })
    assert.deepEqual(all([60], [60, '<=']), { egfr: 60, egfrYear })
    assert.deepEqual(all([75], [60, '<']), { egfr: 75, egfrYear })
    assert.deepEqual(all([30, '<'], [60, '>']), { egfrAtLeast: 60, egfrYear })
  })

  it('a comparator that is not understood gives nothing', () => {
    assert.deepEqual(of('egfr', egfr('2025', 60, '~')), {})
    const hidden = result('33914-3', '2025', { value: 60, ...EGFR, _comparator: { extension: [] } })
    assert.deepEqual(of('egfr', hidden), {})
  })
})

describe('units', () => {
  it('convert where they measure the same, exactly', () => {
    const cases: [name: string, code: string, value: number, unit: string, expected: number][] = [
      ['haemoglobin', '718-7', 142, 'g/L', 142],
      ['haemoglobin', '718-7', 14.25, 'g/dL', 143],
      ['glucose', '2345-7', 1.1, 'g/L', 110],
      ['systolic', '8480-6', 16, 'kPa', 120],
      ['egfr', '33914-3', 1, 'mL/s', 60],
      ['hba1c', '4548-4', 7.1, '%{HemoglobinA1C}', 71],
      ['hba1c', '4548-4', 7.1, '10*-2', 71],
    ]
    for (const [name, code, value, unit, expected] of cases) {
      assert.equal(of(name, result(code, '2025', { value, code: unit }))[name], expected, unit)
    }
  })

  it('never take a mole for a number, or one kind of unit for another', () => {
    for (const code of ['mmol/mol', 'mmol/mol{Hb}', '1', '{score}', 'g/g', '[IU]', 'furlong', '']) {
      assert.deepEqual(of('hba1c', result('4548-4', '2025', { value: 53, code })), {}, code)
    }
    const glucose = result('2345-7', '2025', { value: 6.1, code: 'mmol/L' })
    assert.deepEqual(of('glucose', glucose), {})
  })

  it('are read from the unit text where there is no code, not from another system', () => {
    const text = result('8480-6', '2025', { value: 120, unit: 'mmHg', system: undefined })
    assert.equal(of('systolic', text)['systolic'], 120)
    const other = result('8480-6', '2025', {
      value: 120,
      unit: 'mmHg',
      system: 'urn:lab',
      code: 'mm[Hg]',
    })
    assert.deepEqual(of('systolic', other), {})
    const oid = result('8480-6', '2025', {
      value: 120,
      system: 'urn:oid:2.16.840.1.113883.6.8',
      code: 'mm[Hg]',
    })
    assert.equal(of('systolic', oid)['systolic'], 120)
  })
})

describe('a record of the wrong kind', () => {
  it('with objects in place of texts gives no claim, and is refused by every check in words', () => {
    const wrong = { resourceType: 'Patient' }
    const quantities = ['system', 'code', 'unit', 'comparator', 'value'].map((name) =>
      result('4548-4', '2025', { value: 7.1, code: '%', unit: '%', [name]: wrong }),
    )
    const codes = ['system', 'code'].map((name) =>
      result(
        '4548-4',
        '2025',
        { value: 7.1, code: '%' },
        {
          code: { coding: [{ system: 'http://loinc.org', code: '4548-4', [name]: wrong }] },
        },
      ),
    )
    const states = ['status', 'effectiveDateTime', 'meta', 'subject', 'id', 'language'].map(
      (name) => result('4548-4', '2025', { value: 7.1, code: '%' }, { [name]: wrong }),
    )
    for (const one of [...quantities, ...codes, ...states]) {
      const text = JSON.stringify({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [patient, one].map((resource) => ({ resource })),
      })
      let resources: Resource[]
      try {
        ;({ resources } = Bundle.read(text))
      } catch (error) {
        assert.match(String((error as { code?: string }).code), /^Bundle\./)
        continue
      }
      assert.notDeepEqual(Validation.check(resources), [], JSON.stringify(one))
      assert.notDeepEqual(SafeHarbor.check(resources, { asOf }), [])
      Claims.derive(resources, AMBROSIA_CORE_2, { asOf })
    }
  })
})

describe('whom it is about', () => {
  const value = { value: 9.9, code: '%' }
  it('a result of somebody else, of no one here or of a masked subject is not claimed', () => {
    const others: Json[] = [
      { subject: { reference: 'Patient/p2' } },
      { subject: { reference: 'Group/p1' } },
      { subject: { reference: 'https://elsewhere.example/fhir/Device/p1' } },
      { subject: { reference: '#baby' }, contained: [{ resourceType: 'Patient', id: 'baby' }] },
      { subject: { identifier: { system: 'urn:x', value: '7' } } },
      { subject: { extension: [{ url: 'urn:x', valueCode: 'masked' }] } },
      { focus: [{ reference: 'Patient/baby' }] },
    ]
    for (const more of others) {
      assert.deepEqual(of('hba1c', result('4548-4', '2025', value, more)), {}, JSON.stringify(more))
    }
  })

  it('a result of the Patient, or that names nobody, is', () => {
    const own: Json[] = [
      {},
      { subject: undefined },
      { subject: { display: 'Zebulon' } },
      { focus: [{ reference: 'Patient/p1' }] },
    ]
    for (const more of own) {
      assert.equal(of('hba1c', result('4548-4', '2025', value, more))['hba1c'], 99)
    }
  })
})

describe('conditions', () => {
  const condition = (code: string, more: Json): Json => ({
    resourceType: 'Condition',
    id: `c${count++}`,
    subject: { reference: 'Patient/p1' },
    code: { coding: [{ system: 'http://snomed.info/sct', code }] },
    ...more,
  })
  const status = (name: string, code: string): Json => ({
    [name]: { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${name}`, code }] },
  })
  const clinical = (code: string): Json => ({
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }],
    },
  })
  const verified = (code: string): Json => ({
    verificationStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }],
    },
  })

  it('are claimed as present, as past or not at all by both their statuses', () => {
    for (const [code, effect] of EFFECTS.get('Condition.clinicalStatus') ?? []) {
      const claims = claimsOf(condition('44054006', clinical(code)))
      assert.equal(claims['condition1'], effect === 'stated' ? '44054006' : undefined, code)
      assert.equal(claims['pastCondition1'], effect === 'past' ? '44054006' : undefined, code)
    }
    for (const [code, effect] of EFFECTS.get('Condition.verificationStatus') ?? []) {
      const claims = claimsOf(condition('44054006', { ...clinical('active'), ...verified(code) }))
      assert.equal(claims['condition1'], effect === 'stated' ? '44054006' : undefined, code)
      assert.equal(claims['pastCondition1'], undefined, code)
    }
    assert.equal(
      claimsOf(condition('44054006', status('verificationStatus', 'confirmed')))['condition1'],
      undefined,
    )
  })

  it('that hold are not past, though an earlier episode is over', () => {
    const claims = claimsOf(
      condition('195967001', clinical('resolved')),
      condition('195967001', clinical('active')),
    )
    assert.equal(claims['condition1'], '195967001')
    assert.equal(claims['pastCondition1'], undefined)
  })

  it('a code that says there is none is not a condition', () => {
    assert.equal(claimsOf(condition('160245001', {}))['condition1'], undefined)
  })
})

describe('sensitivity labels', () => {
  it('a labelled resource gives no claim and is not counted', () => {
    const meta = {
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }],
    }
    const claims = claimsOf(
      result('4548-4', '2025', { value: 7, code: '%' }, { meta }),
      result('718-7', '2025', { value: 14, code: 'g/dL' }),
    )
    assert.equal(claims['hba1c'], undefined)
    assert.equal(claims['haemoglobin'], 140)
    assert.equal(claims['resourceCount'], 2)
  })
})
