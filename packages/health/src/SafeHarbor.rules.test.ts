import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { parse, stringify } from '@ambrosia/primitives/CanonicalJson'
import { hasCode } from '@ambrosia/primitives/Errors'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bundle from './Bundle.ts'
import * as Generator from './Generator.ts'
import type { Resource } from './Resource.ts'
import * as SafeHarbor from './SafeHarbor.ts'
import { unitOf } from './Ucum.ts'

const asOf = new Date('2026-11-21T00:00:00Z')
const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'

function rekey(type: string, id: string): string {
  const hex = createHmac('sha256', 'a secret of the test').update(`${type}/${id}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

type Json = Record<string, unknown>

function resource(value: Json, fullUrl?: string): Resource {
  const base = {
    type: String(value['resourceType']),
    id: String(value['id']),
    value: parse(JSON.stringify(value)),
  }
  return fullUrl === undefined ? base : { ...base, fullUrl }
}

/** The first resource in Safe Harbor form, as plain JSON; what comes out is always clean. */
function clean(value: Json, ...others: Json[]) {
  const { resources, report } = SafeHarbor.deidentify(
    [value, ...others].map((one) => resource(one)),
    { rekey, asOf },
  )
  assert.deepEqual(SafeHarbor.check(resources, { asOf }), [])
  const again = SafeHarbor.deidentify(resources, { rekey, asOf })
  assert.deepEqual(SafeHarbor.check(again.resources, { asOf }), [])
  assert.equal(again.resources.length, resources.length)
  const [first] = resources
  return {
    value: first === undefined ? undefined : (JSON.parse(stringify(first.value)) as Json),
    report,
    resources,
  }
}

const patient = { resourceType: 'Patient', id: 'p1', birthDate: '1969-05-01' }
const hba1c = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: LOINC, code: '4548-4', display: 'HbA1c' }], text: 'HbA1c of Zebulon' },
  subject: { reference: 'Patient/p1', display: 'Zebulon' },
  effectiveDateTime: '2021-05-03T09:30:00+02:00',
  issued: '2021-05-03T10:00:00.000+02:00',
  valueQuantity: { value: 6.4, unit: '%', system: UCUM, code: '%' },
}

it('codes, values with their digits, units and years stay', () => {
  const source = parse(JSON.stringify(hba1c).replace('"value":6.4,', '"value":6.40,'))
  const given = [{ type: 'Observation', id: 'o1', value: source }, resource(patient)]
  const { resources } = SafeHarbor.deidentify(given, { rekey, asOf })
  assert.equal(
    stringify(resources[0]?.value),
    stringify(
      parse(`{"resourceType":"Observation","id":"${rekey('Observation', 'o1')}","status":"final","code":{"coding":[{"system":"${LOINC}","code":"4548-4"}]},
      "subject":{"reference":"Patient/${rekey('Patient', 'p1')}"},"effectiveDateTime":"2021","valueQuantity":{"value":6.40,"unit":"%","system":"${UCUM}","code":"%"}}`),
    ),
  )
})

it('the report names rules, paths and counts and adds up', () => {
  const { report } = clean(hba1c, patient)
  const row = (path: string) => report.rules.find((one) => one.path === path)
  assert.deepEqual(row('Observation.issued'), {
    rule: 'date',
    path: 'Observation.issued',
    count: 1,
  })
  assert.deepEqual(row('Observation.subject.display'), {
    rule: 'display',
    path: 'Observation.subject.display',
    count: 1,
  })
  assert.ok(!JSON.stringify(report).includes('Zebulon'))
  const counted = report.rules
    .filter(({ rule }) => rule !== 'required')
    .reduce((sum, { count }) => sum + count, 0)
  assert.equal(report.removed, counted)
  // Status; system and code of the code; value, unit, system and code; two resource types.
  assert.equal(report.kept, 9)
})

function assertAccounted(resources: readonly Resource[]): void {
  const leaves = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, one) => sum + leaves(one), 0)
      : 1
  const given = resources.reduce((sum, { value }) => sum + leaves(JSON.parse(stringify(value))), 0)
  const { report } = SafeHarbor.deidentify(resources, { rekey, asOf })
  assert.equal(report.kept + report.removed, given)
}

it('every value of a record is either kept or removed in the report', () => {
  assertAccounted(Generator.patient({ seed: 6, asOf, resources: 120 }).resources)
})

it('a birth year that shows an age over 89 is removed with the class 90 or older in its place', () => {
  const ages: [
    birth: string,
    death: string | undefined,
    year: string | undefined,
    over89: boolean,
  ][] = [
    ['1937-01-01', undefined, '1937', false],
    ['1936-11-21', undefined, undefined, true],
    // 89 years old, but the year alone can't be told from that of a person of 90.
    ['1936-11-22', undefined, undefined, false],
    ['1930', undefined, undefined, true],
    ['1904-02-29', '1950-01-01', undefined, false],
    ['1904-02-29', '1994-03-01', undefined, true],
    ['1969-05-01', undefined, '1969', false],
  ]
  for (const [birthDate, death, year, over89] of ages) {
    const { value } = clean({
      ...patient,
      birthDate,
      ...(death === undefined ? {} : { deceasedDateTime: death }),
    })
    assert.equal(value?.['birthDate'], year, birthDate)
    assert.equal(JSON.stringify(value).includes('urn:ambrosia:age-90-or-older'), over89, birthDate)
    if (year === undefined) assert.ok(JSON.stringify(value?.['_birthDate']).includes('masked'))
  }
})

it('ages over 89 become 90 or older, whatever their unit', () => {
  const member = {
    resourceType: 'FamilyMemberHistory',
    id: 'f',
    status: 'completed',
    patient: { reference: 'Patient/p1' },
    relationship: { coding: [{ system: SNOMED, code: '72705000' }] },
  }
  const age = (value: number, code = 'a') =>
    clean({ ...member, ageAge: { value, unit: code, system: UCUM, code } }, patient).value?.[
      'ageAge'
    ]
  assert.deepEqual(age(93), { comparator: '>=', value: 90, unit: 'a', system: UCUM, code: 'a' })
  assert.deepEqual(age(1116, 'mo'), {
    comparator: '>=',
    value: 90,
    unit: 'a',
    system: UCUM,
    code: 'a',
  })
  assert.deepEqual(age(89), { value: 89, unit: 'a', system: UCUM, code: 'a' })
  assert.deepEqual(age(89.5), { value: 89, unit: 'a', system: UCUM, code: 'a' })
  const stated = {
    ...hba1c,
    code: { coding: [{ system: LOINC, code: '30525-0' }] },
    effectiveDateTime: undefined,
  }
  assert.deepEqual(
    clean({ ...stated, valueQuantity: { value: 95, unit: 'a', system: UCUM, code: 'a' } }, patient)
      .value?.['valueQuantity'],
    age(95),
  )
  const integer = clean({ ...stated, valueQuantity: undefined, valueInteger: 95 }, patient).value
  assert.equal(integer?.['valueInteger'], undefined)
  assert.ok(JSON.stringify(integer?.['dataAbsentReason']).includes('masked'))
})

it('an age and a year that show an age over 89 together do not stay together', () => {
  const condition = {
    resourceType: 'Condition',
    id: 'c',
    subject: { reference: 'Patient/p1' },
    code: { coding: [{ system: SNOMED, code: '44054006' }] },
    onsetAge: { value: 85, unit: 'a', system: UCUM, code: 'a' },
  }
  const unknown = { resourceType: 'Patient', id: 'p1' }
  assert.equal(
    clean({ ...condition, recordedDate: '2015-02-01' }, unknown).value?.['onsetAge'],
    undefined,
  )
  assert.ok(clean({ ...condition, recordedDate: '2025-02-01' }, unknown).value?.['onsetAge'])
  assert.ok(clean(condition, unknown).value?.['onsetAge'])
  const encounter = {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    period: { start: '2015-01-01' },
  }
  assert.equal(
    clean({ ...condition, encounter: { reference: 'Encounter/e' } }, unknown, encounter).value?.[
      'onsetAge'
    ],
    undefined,
  )
  const old = { ...unknown, birthDate: '1930-01-01' }
  assert.equal(
    clean({ ...condition, onsetAge: { value: 50, unit: 'a', system: UCUM, code: 'a' } }, old)
      .value?.['onsetAge'],
    undefined,
  )
})

it('years that only a person over 89 has lived in go, whatever element holds them', () => {
  const { value } = clean(
    {
      resourceType: 'Procedure',
      id: 'x',
      status: 'completed',
      subject: { reference: 'Patient/p1' },
      performedPeriod: { start: '1936-01-01', end: '1937-01-02' },
    },
    patient,
  )
  assert.deepEqual(value?.['performedPeriod'], { end: '1937' })
})

it('addresses keep State, country and three digits of the ZIP code', () => {
  const address = (one: Json) => clean({ ...patient, address: [one] }).value?.['address']
  assert.deepEqual(
    address({
      use: 'home',
      line: ['1 Main St'],
      city: 'X',
      district: 'Y',
      state: 'Washington',
      postalCode: '98034-1234',
      country: 'USA',
      text: 'z',
    }),
    [{ use: 'home', state: 'WA', postalCode: '980', country: 'US' }],
  )
  assert.deepEqual(address({ state: 'VT', postalCode: '05901' }), [
    { state: 'VT', postalCode: '000' },
  ])
  assert.deepEqual(address({ state: 'Bayern', postalCode: '80331', country: 'DE' }), [
    { country: 'DE' },
  ])
  assert.equal(address({ use: 'home', postalCode: '98034' }), undefined)
})

it('references stay whole inside the record and go when they lead out of it', () => {
  const first = resource(patient, 'urn:uuid:11111111-1111-4111-8111-111111111111')
  const second = resource(
    {
      ...hba1c,
      subject: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' },
      encounter: { reference: 'Encounter/elsewhere' },
    },
    'https://server.example/fhir/Observation/o1',
  )
  const third = resource({
    resourceType: 'DiagnosticReport',
    id: 'd',
    status: 'final',
    code: hba1c.code,
    result: [
      { reference: 'https://server.example/fhir/Observation/o1/_history/3' },
      { reference: 'Observation/unknown' },
    ],
  })
  const { resources } = SafeHarbor.deidentify([first, second, third], { rekey, asOf })
  const [p, o, d] = resources.map(({ value }) => JSON.parse(stringify(value)) as Json)
  assert.deepEqual(o?.['subject'], { reference: `urn:uuid:${String(p?.['id'])}` })
  assert.equal(o?.['encounter'], undefined)
  assert.deepEqual(d?.['result'], [{ reference: resources[1]?.fullUrl }])
  assert.equal(resources[1]?.fullUrl, `urn:uuid:${String(o?.['id'])}`)
  const relative = SafeHarbor.deidentify([first, second, third], {
    rekey,
    asOf,
    references: 'relative',
  })
  assert.deepEqual(SafeHarbor.check(relative.resources, { asOf }), [])
  assert.ok(
    stringify(relative.resources[1]?.value).includes(
      `"reference":"Patient/${rekey('Patient', 'p1')}"`,
    ),
  )
})

it('contained resources are cleaned, renamed, and dropped when nothing refers to them', () => {
  const request = {
    resourceType: 'MedicationRequest',
    id: 'm',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
    contained: [
      {
        resourceType: 'Medication',
        id: 'zebulons-pill',
        code: { coding: [{ system: SNOMED, code: '44054006' }], text: 'Zebulon' },
        batch: { lotNumber: '4711' },
      },
      { resourceType: 'Patient', id: 'unused', name: [{ text: 'Zebulon' }] },
      { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: 'WmVi' },
    ],
    medicationReference: { reference: '#zebulons-pill' },
    reasonReference: [{ reference: '#b' }],
  }
  const { value } = clean(request, patient)
  assert.deepEqual(value?.['contained'], [
    {
      resourceType: 'Medication',
      id: 'c1',
      code: { coding: [{ system: SNOMED, code: '44054006' }] },
    },
  ])
  assert.deepEqual(value?.['medicationReference'], { reference: '#c1' })
  assert.equal(value?.['reasonReference'], undefined)
})

it('required elements that went say so', () => {
  const provenance = {
    resourceType: 'Provenance',
    id: 'v',
    target: [{ reference: 'Patient/p1' }],
    recorded: '2021-05-03T10:00:00.000Z',
    agent: [{ who: { display: 'Zebulon' } }],
    signature: [{ data: 'WmVi' }],
  }
  const mask = {
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' },
    ],
  }
  const { value } = clean(provenance, patient)
  assert.deepEqual(value?.['_recorded'], mask)
  assert.deepEqual(value?.['agent'], [{ who: mask }])
  assert.equal(clean({ ...hba1c, status: 'Zebulon' }, patient).value?.['status'], 'unknown')
  const text = clean(
    { ...hba1c, valueQuantity: undefined, valueString: 'seen by Zebulon' },
    patient,
  ).value
  assert.ok(JSON.stringify(text?.['dataAbsentReason']).includes('masked'))
})

it('a resource whose meaning a modifier changes, or that is not R4 goes whole', () => {
  for (const change of [
    { modifierExtension: [{ url: 'http://x.example/not', valueBoolean: true }] },
    { implicitRules: 'http://x.example/rules' },
  ]) {
    const { report, resources } = clean({ ...hba1c, ...change })
    assert.equal(resources.length, 0)
    assert.deepEqual(report.resourcesDropped, [{ type: 'Observation', count: 1 }])
  }
  const odd = SafeHarbor.deidentify([{ type: 'Zebulon', id: 'z', value: null }], { rekey, asOf })
  assert.deepEqual(odd.report.resourcesDropped, [{ type: '(not R4)', count: 1 }])
})

it('numbers that can be telephone numbers, dates or account numbers go', () => {
  for (const value of [4255550143, 19870314, 83177412, 5.55e9, 78051120]) {
    const { value: out } = clean(
      { ...hba1c, valueQuantity: { value, unit: '%', system: UCUM, code: '%' } },
      patient,
    )
    assert.equal(out?.['valueQuantity'], undefined, String(value))
  }
  const load = clean(
    { ...hba1c, valueQuantity: { value: 12500000, system: UCUM, code: '{copies}/mL' } },
    patient,
  )
  assert.equal((load.value?.['valueQuantity'] as Json | undefined)?.['value'], 12500000)
})

it('a comparator stays, but in a simple quantity takes the number with it', () => {
  const goal = {
    resourceType: 'Goal',
    id: 'g',
    lifecycleStatus: 'active',
    description: { coding: [{ system: SNOMED, code: '44054006' }] },
    subject: { reference: 'Patient/p1' },
    target: [
      {
        measure: { coding: [{ system: LOINC, code: '4548-4' }] },
        detailQuantity: { comparator: '<', value: 7, unit: '%', system: UCUM, code: '%' },
      },
    ],
  }
  const { value } = clean(goal, patient)
  assert.deepEqual(value?.['target'], goal.target)
  const ranged = { ...hba1c, referenceRange: [{ low: { comparator: '<', value: 4, unit: '%' } }] }
  assert.equal(clean(ranged, patient).value?.['referenceRange'], undefined)
})

it('what R4 does not allow beside the rest goes with what was removed', () => {
  const code = { coding: [{ system: SNOMED, code: '44054006' }] }
  const local = { coding: [{ system: 'http://hospital.example', code: 'x' }] }
  const condition = {
    resourceType: 'Condition',
    id: 'c',
    subject: { reference: 'Patient/p1' },
    code,
  }
  const over = { ...condition, clinicalStatus: local, abatementDateTime: '2020-01-01' }
  assert.equal(clean(over, patient).value?.['abatementDateTime'], undefined)
  const staged = {
    ...condition,
    stage: [{ type: code, summary: local }],
    evidence: [{ code: [local] }],
  }
  assert.equal(clean(staged, patient).value?.['stage'], undefined)
  const ranged = { ...hba1c, referenceRange: [{ text: '4 to 6', appliesTo: [code] }] }
  assert.equal(clean(ranged, patient).value?.['referenceRange'], undefined)
  const request = {
    resourceType: 'ServiceRequest',
    id: 's',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
    code: local,
    orderDetail: [code],
  }
  assert.equal(clean(request, patient).value?.['orderDetail'], undefined)
})

it('rekey must give ids that no person could have', () => {
  for (const bad of [
    'p1',
    '078-05-1120',
    'zebulon-quarkwright',
    '',
    '831774',
    '4111111111111111',
  ]) {
    assert.throws(
      () => SafeHarbor.deidentify([resource(patient)], { rekey: () => bad, asOf }),
      (error) =>
        hasCode(error, 'SafeHarbor.Rekey') && !String(error).includes(bad === '' ? '\u0000' : bad),
    )
  }
  const one = rekey('x', 'y')
  assert.throws(
    () => SafeHarbor.deidentify([resource(patient), resource(hba1c)], { rekey: () => one, asOf }),
    (error) => hasCode(error, 'SafeHarbor.Rekey'),
  )
  assert.throws(
    () => SafeHarbor.deidentify([], { rekey, asOf: new Date('never') }),
    (error) => hasCode(error, 'SafeHarbor.AsOf'),
  )
})

it('the checker refuses each single plant in a clean record', () => {
  const { resources } = SafeHarbor.deidentify([resource(patient), resource(hba1c)], { rekey, asOf })
  const [p, o] = resources.map(({ value }) => JSON.parse(stringify(value)) as Json) as [Json, Json]
  const coding = { system: LOINC, code: '4548-4' }
  const planted: Json[] = [
    { ...p, name: [{ text: 'Zebulon' }] },
    { ...p, birthDate: '1969-05-01' },
    { ...p, birthDate: '1930' },
    { ...p, _birthDate: { extension: [{ url: 'x', valueString: 'Zebulon' }] } },
    { ...p, address: [{ city: 'Springfield' }] },
    { ...p, address: [{ postalCode: '98034' }] },
    { ...p, address: [{ postalCode: '036' }] },
    { ...p, meta: { lastUpdated: '2021-05-03T10:00:00Z' } },
    { ...p, text: { status: 'generated', div: '<div>Zebulon</div>' } },
    {
      ...p,
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [{ url: 'text', valueString: 'Zebulon' }],
        },
      ],
    },
    { ...p, Zebulon: true },
    { ...p, identifier: [{ value: 'MRN-1' }] },
    { ...o, effectiveDateTime: '2021-05' },
    { ...o, issued: '2021-05-03T10:00:00Z' },
    { ...o, code: { coding: [{ ...coding, display: 'HbA1c' }] } },
    { ...o, code: { coding: [coding], text: 'HbA1c' } },
    { ...o, code: { coding: [{ system: 'http://hospital.example', code: '1' }] } },
    { ...o, code: { coding: [{ system: LOINC, code: 'Zebulon' }] } },
    { ...o, subject: { reference: 'Patient/p1' } },
    {
      ...o,
      subject: { reference: String((o['subject'] as Json)['reference']), display: 'Zebulon' },
    },
    { ...o, valueQuantity: { value: 6.4, unit: 'Zebulon' } },
    { ...o, valueQuantity: { value: 4255550143, unit: '%' } },
    { ...o, valueString: 'Zebulon', valueQuantity: undefined },
    { ...o, note: [{ text: 'Zebulon' }] },
    { ...o, status: 'Zebulon' },
    { ...o, contained: [{ resourceType: 'Binary', id: 'c1' }] },
    { ...o, modifierExtension: [] },
    { ...o, _status: { id: 'zebulon' } },
  ]
  for (const value of planted) {
    const findings = SafeHarbor.check([resource(JSON.parse(JSON.stringify(value)))], { asOf })
    assert.ok(findings.length > 0, JSON.stringify(value))
    assert.ok(!/Zebulon|zebulon/.test(JSON.stringify(findings)), 'a finding names no value')
  }
  const whole = resources[0] as Resource
  assert.ok(
    SafeHarbor.check([{ ...whole, fullUrl: 'https://hospital.example/Patient/1' }], { asOf })
      .length > 0,
  )
  assert.ok(SafeHarbor.check([{ ...whole, id: 'p1' }], { asOf }).length > 0)
})

it('records as they were read are refused, their Safe Harbor form keeps what criteria ask for', () => {
  const { resources, summary } = Generator.patient({
    seed: 1,
    asOf,
    condition: 'diabetes',
    resources: 231,
  })
  assert.ok(SafeHarbor.check(resources, { asOf }).length > 200)
  const safe = SafeHarbor.deidentify(resources, { rekey, asOf })
  assert.deepEqual(SafeHarbor.check(safe.resources, { asOf }), [])
  assert.equal(safe.resources.length, summary.resourceCount)
  assertSameMeasurements(resources, safe.resources)
})

for (const name of [
  'Carolee951_Sanford861_d88f994a-5efa-421d-9c40-5f116d2114a6',
  'Todd315_Stamm704_0ce18c7d-fd78-46d9-81b5-8bed231c337a',
]) {
  it(`published record ${name.slice(0, 7)}: codes, values, units and years stay, the person goes`, (t) => {
    const path = fixturePath(t, `fhir/synthea-r4/${name}.json`)
    if (path === null) return
    const resources = Bundle.readResources(readFileSync(path))
    const safe = SafeHarbor.deidentify(resources, { rekey, asOf })
    assert.deepEqual(SafeHarbor.check(safe.resources, { asOf }), [])
    assert.ok(SafeHarbor.check(resources, { asOf }).length > 0)
    assertSameMeasurements(resources, safe.resources)
    assertAccounted(resources)
    const text = safe.resources.map(({ value }) => stringify(value)).join('\n')
    for (const part of name.split('_')) assert.ok(!text.includes(part))
    for (const { id } of resources) assert.ok(!text.includes(id))
    assert.doesNotMatch(text, /\d{4}-\d{2}-\d{2}|https:\/\/github|@|\d{3}-\d{3}-\d{4}/)
  })
}

/** Every observed value with its unit and year, and every code of a condition, is in both. */
function assertSameMeasurements(before: readonly Resource[], after: readonly Resource[]): void {
  const facts = (resources: readonly Resource[]): string[] =>
    resources
      .filter(({ type }) => type === 'Observation' || type === 'Condition')
      .map(({ value }) => {
        const one = JSON.parse(stringify(value)) as Json
        const { coding } = one['code'] as { coding: { code: string }[] }
        const codes = coding.map(({ code }) => code)
        const quantity = one['valueQuantity'] as { value: number; code: string } | undefined
        const date = String(one['effectiveDateTime'] ?? one['onsetDateTime']).slice(0, 4)
        const unit = quantity === undefined ? undefined : unitOf(quantity.code)?.code
        return [codes.join(), quantity?.value, unit, date].join(' ')
      })
      .sort()
  assert.deepEqual(facts(after), facts(before))
}
