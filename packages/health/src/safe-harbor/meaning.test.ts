import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { parse, stringify } from '@ambrosia/primitives/CanonicalJson'
import { meaningOf } from '../Meaning.ts'
import { EFFECTS } from '../meaning/effects.ts'
import type { Resource } from '../Resource.ts'
import * as SafeHarbor from '../SafeHarbor.ts'
import { labelsOf } from '../Sensitivity.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { elementsOf } from './tables.ts'

/**
 * De-identification takes things away; it must not turn a resource into one that says something
 * else.
 */

const asOf = new Date('2026-11-21T00:00:00Z')
type Json = Record<string, unknown>
const rekey = (type: string, id: string): string =>
  createHmac('sha256', 'a secret of the test').update(`${type}/${id}`).digest('hex').slice(0, 32)
const toResource = (value: Json, fullUrl?: string): Resource => ({
  type: String(value['resourceType']),
  id: String(value['id']),
  ...(fullUrl === undefined ? {} : { fullUrl }),
  value: parse(JSON.stringify(value)),
})
function deidentify(...resources: Resource[]) {
  const { resources: out, report } = SafeHarbor.deidentify(resources, { rekey, asOf })
  assert.deepEqual(SafeHarbor.check(out, { asOf }), [])
  return {
    report,
    resources: out,
    plain: out.map(({ value }) => JSON.parse(stringify(value)) as Json),
  }
}
const patient: Json = { resourceType: 'Patient', id: 'p1', birthDate: '1969-05-01' }
const LOINC = 'http://loinc.org'
const observation = (more: Json): Json => ({
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: LOINC, code: '4548-4' }] },
  ...more,
})

describe('modifiers', () => {
  it('never make a resource say more than it did', () => {
    let count = 0
    for (const [path, effects] of EFFECTS) {
      const [type = '', name = '', ...rest] = path.split('.')
      if (rest.length > 0 || !KEPT_TYPES.has(type)) continue
      const isConcept = elementsOf(type)?.get(name)?.types[0] === 'CodeableConcept'
      const isFlag = elementsOf(type)?.get(name)?.types[0] === 'boolean'
      for (const code of [...effects.keys(), 'Zebulon'].filter(
        (one) => one !== '' && one !== '*',
      )) {
        const value = isConcept ? { coding: [{ code }] } : isFlag ? code === 'true' : code
        const source: Json = { resourceType: type, id: 'x' }
        for (const [other, row] of elementsOf(type) ?? []) {
          if (row.min > 0 && row.codes !== undefined) source[other] = [...row.codes][0]
        }
        source[name] = value
        const { plain } = deidentify(toResource(patient), toResource(source))
        const before = meaningOf(type, source).standing
        const after = plain[1] === undefined ? 'dropped' : meaningOf(type, plain[1]).standing
        count++
        const isHarmless = after === before || after === 'dropped' || after === 'unclear'
        assert.ok(isHarmless, `${path} ${code}: ${before} became ${after}`)
      }
    }
    assert.ok(count > 180, String(count))
  })

  it('a doubt in words only, or a foreign code, leaves a mark', () => {
    for (const verificationStatus of [
      { text: 'refuted' },
      { coding: [{ system: 'urn:lab', code: 'refuted' }] },
    ]) {
      const condition = { resourceType: 'Condition', id: 'c', verificationStatus }
      const { plain } = deidentify(toResource(patient), toResource(condition))
      assert.equal(meaningOf('Condition', plain[1] as Json).standing, 'unclear')
    }
  })

  it('a reason for absence that is not a known code leaves a mark beside a value', () => {
    const component = [
      {
        code: { coding: [{ system: LOINC, code: '8480-6' }] },
        valueInteger: 7,
        dataAbsentReason: { text: 'broken cuff' },
      },
    ]
    const { plain } = deidentify(toResource(patient), toResource(observation({ component })))
    const [part] = (plain[1]?.['component'] ?? []) as Json[]
    assert.ok(JSON.stringify(part?.['dataAbsentReason']).includes('masked'))
  })

  it('a comparator that has only an extension takes its number with it', () => {
    const valueQuantity = {
      value: 60,
      _comparator: { extension: [{ url: 'urn:x', valueCode: 'y' }] },
      system: 'http://unitsofmeasure.org',
      code: '%',
    }
    const { plain } = deidentify(toResource(patient), toResource(observation({ valueQuantity })))
    assert.equal(plain[1]?.['valueQuantity'], undefined)
  })
})

describe('doubts', () => {
  it('a part of a resource is dropped: without its mark it would say more', () => {
    for (const [key, code] of [
      ['tag', 'SUBSETTED'],
      ['security', 'UNRELIABLE'],
    ] as const) {
      const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue'
      const meta = { [key]: [{ system, code }] }
      const { plain } = deidentify(toResource(patient), toResource(observation({ meta })))
      assert.equal(plain.length, 1, code)
    }
  })

  it('what stands beside a reason for its absence goes with it', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
    const extension = [{ url, valueCode: 'error' }]
    const quantity = { value: 7.1, system: 'http://unitsofmeasure.org', code: '%' }
    for (const more of [
      { valueQuantity: { ...quantity, extension } },
      { valueQuantity: { ...quantity, _value: { extension } } },
      { valueInteger: 7, _valueInteger: { extension } },
      { valueCodeableConcept: { coding: [{ system: LOINC, code: 'LA7-1' }], extension } },
    ]) {
      const { plain } = deidentify(toResource(patient), toResource(observation(more)))
      assert.doesNotMatch(JSON.stringify(plain[1]), /"value":7|valueInteger|LA7-1/)
    }
  })
})

describe('whom a resource is about', () => {
  it('is masked where it is somebody who is not in the record', () => {
    for (const more of [
      { subject: { reference: 'Patient/other' } },
      { subject: { identifier: { system: 'urn:x', value: '7' } } },
      { subject: { reference: 'Patient/p1' }, focus: [{ reference: 'Patient/baby' }] },
    ]) {
      const { plain } = deidentify(toResource(patient), toResource(observation(more)))
      const { subject, focus } = plain[1] as { subject?: Json; focus?: Json[] }
      const masked = focus === undefined ? subject : focus[0]
      assert.ok(JSON.stringify(masked).includes('masked'), JSON.stringify(more))
    }
    const { plain } = deidentify(toResource(patient), toResource(observation({})))
    assert.equal(plain[1]?.['subject'], undefined)
  })
})

describe('sensitivity labels', () => {
  const label = (system: string, code: string): Json => ({
    security: [{ system, code, display: 'Zebulon' }],
    tag: [{ system: 'urn:x', code: 'Zebulon' }],
    lastUpdated: '2024-01-01T00:00:00Z',
  })
  const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
  const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'

  it('stay, and nothing else of meta does', () => {
    const cases: [system: string, code: string, labels: string[]][] = [
      [ACT, 'HIV', ['HIV']],
      [CONFIDENTIALITY, 'R', ['R']],
      [CONFIDENTIALITY, 'V', ['V']],
      ['http://hl7.org/fhir/v3/Confidentiality', 'R', ['R']],
      ['urn:oid:2.16.840.1.113883.5.25', 'R', ['R']],
      [CONFIDENTIALITY, 'N', []],
      [ACT, 'R', []],
      [ACT, 'AMB', []],
      ['urn:lab', 'HIV', []],
    ]
    for (const [system, code, labels] of cases) {
      const source = toResource(observation({ meta: label(system, code) }))
      const { plain, resources } = deidentify(toResource(patient), source)
      assert.deepEqual(labelsOf(resources[1] as Resource), labels, `${system} ${code}`)
      assert.equal(plain[1]?.['meta'] === undefined, labels.length === 0)
      assert.doesNotMatch(JSON.stringify(plain), /Zebulon|lastUpdated/)
    }
  })

  it('of a contained resource are those of what holds it', () => {
    const contained = [
      { resourceType: 'Observation', id: 'x', status: 'final', code: {}, meta: label(ACT, 'PSY') },
    ]
    const source = observation({ contained, hasMember: [{ reference: '#x' }] })
    const { resources, plain } = deidentify(toResource(patient), toResource(source))
    assert.deepEqual(labelsOf(resources[1] as Resource), ['PSY'])
    const [inner] = (plain[1]?.['contained'] ?? []) as Json[]
    assert.equal(inner?.['meta'], undefined)
  })

  it('are all that the checker lets stand in meta', () => {
    const [, clean] = deidentify(
      toResource(patient),
      toResource(observation({ meta: label(ACT, 'HIV') })),
    ).resources
    const value = JSON.parse(stringify(clean?.value ?? null)) as Json
    for (const meta of [
      { ...(value['meta'] as Json), source: 'urn:x' },
      { security: [{ system: ACT, code: 'AMB' }] },
      { security: [{ system: ACT, code: 'HIV', display: 'x' }] },
      { security: [] },
      { tag: [{ system: ACT, code: 'HIV' }] },
      'HIV',
    ]) {
      const changed = { ...(clean as Resource), value: parse(JSON.stringify({ ...value, meta })) }
      assert.ok(SafeHarbor.check([changed], { asOf }).length > 0, JSON.stringify(meta))
    }
  })
})

describe('identity', () => {
  it('one id on two servers makes two, and references find their own', () => {
    const [a, b] = ['https://a.example/fhir', 'https://b.example/fhir']
    const report = {
      resourceType: 'DiagnosticReport',
      id: 'r',
      status: 'final',
      code: {},
      result: [{ reference: 'Observation/o1' }],
    }
    const { resources, plain } = deidentify(
      toResource(patient, `${a}/Patient/p1`),
      toResource(observation({ valueInteger: 1 }), `${a}/Observation/o1`),
      toResource(observation({ valueInteger: 2 }), `${b}/Observation/o1`),
      toResource(report, `${b}/DiagnosticReport/r`),
    )
    assert.equal(new Set(resources.map(({ id }) => id)).size, 4)
    assert.deepEqual(plain[3]?.['result'], [{ reference: `Observation/${resources[2]?.id}` }])
  })

  it('what comes twice is written once; two contents under one name are refused', () => {
    const url = 'https://a.example/fhir/Patient/p1'
    const { resources, report } = deidentify(
      toResource(patient, url),
      toResource(observation({})),
      toResource(patient, url),
    )
    assert.equal(resources.length, 2)
    assert.deepEqual(report.resourcesDropped, [{ type: 'Patient', count: 1 }])
    const other = toResource({ ...patient, gender: 'male' }, url)
    assert.throws(() => SafeHarbor.deidentify([toResource(patient, url), other], { rekey, asOf }), {
      code: 'Bundle.DuplicateId',
    })
  })
})

describe('code systems', () => {
  it('named by OID are written by URL, and the report says so', () => {
    const coding = [{ system: 'urn:oid:2.16.840.1.113883.6.1', code: '4548-4' }]
    const { plain, report } = deidentify(
      toResource(patient),
      toResource(observation({ code: { coding } })),
    )
    assert.deepEqual(plain[1]?.['code'], { coding: [{ system: LOINC, code: '4548-4' }] })
    assert.ok(report.rules.some(({ rule }) => rule === 'system'))
  })

  it('elements of R5 are called so in the report', () => {
    const { report } = deidentify(
      toResource(patient),
      toResource({ ...observation({}), triggeredBy: [{ type: 'reflex' }] }),
    )
    assert.ok(report.rules.some(({ path }) => path === 'Observation.(triggeredBy of FHIR R5)'))
  })
})
