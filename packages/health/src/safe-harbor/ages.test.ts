import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { parse, stringify } from '@ambrosia/primitives/CanonicalJson'
import type { Resource } from '../Resource.ts'
import * as SafeHarbor from '../SafeHarbor.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { elementsOf } from './tables.ts'
import { type NumericElement, numericElements, put } from './testing/numericElements.ts'

/**
 * Ages over 89 and years of birth in every element that the definitions let hold one, in every form
 * that was seen or thought of: none is in the output, and the checker finds each in what is
 * otherwise clean.
 */

const asOf = new Date('2026-11-21T00:00:00Z')
const UCUM = 'http://unitsofmeasure.org'
const LOINC = 'http://loinc.org'
type Json = Record<string, unknown>

const rekey = (type: string, id: string): string =>
  createHmac('sha256', 'a secret of the test').update(`${type}/${id}`).digest('hex').slice(0, 32)
const toResource = (value: Json): Resource => ({
  type: String(value['resourceType']),
  id: String(value['id']),
  value: parse(JSON.stringify(value)),
})
const old: Json = { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1930-02-02' }
const young: Json = { ...old, birthDate: '1985-01-01' }
const unknown: Json = { resourceType: 'Patient', id: 'p1', gender: 'female' }

function clean(...values: Json[]): Resource[] {
  const { resources } = SafeHarbor.deidentify(values.map(toResource), { rekey, asOf })
  assert.deepEqual(SafeHarbor.check(resources, { asOf }), [])
  return resources
}
const plainOf = (resource: Resource | undefined): Json =>
  JSON.parse(stringify(resource?.value ?? null)) as Json

/**
 * A resource of the type about the person, with what its definition requires, as far as it is
 * simple.
 */
function about(type: string): Json {
  const resource: Json = { resourceType: type, id: 'x' }
  const rows = elementsOf(type)
  for (const name of ['subject', 'patient', 'beneficiary', 'individual']) {
    if (rows?.get(name)?.types[0] === 'Reference') resource[name] = { reference: 'Patient/p1' }
  }
  for (const [name, row] of rows ?? []) {
    if (row.min === 0 || resource[name] !== undefined) continue
    if (row.codes !== undefined) resource[name] = [...row.codes][0]
  }
  if (rows?.get('code')?.types[0] === 'CodeableConcept') resource['code'] = coded('4548-4')
  return resource
}
const coded = (code: string): Json => ({ coding: [{ system: LOINC, code }] })

/**
 * Numbers that give an age of 94, or the year 1930, away, by what the element's data type can hold.
 */
const TIMES: readonly Json[] = [
  { value: 94, unit: 'a', system: UCUM, code: 'a' },
  { value: 1128, unit: 'mo', system: UCUM, code: 'mo' },
  { value: 4905, system: UCUM, code: 'wk' },
  { value: 34334, unit: 'd', system: UCUM, code: 'd' },
  { value: 94, system: UCUM, code: 'a{age}' },
  { value: 94, unit: 'years' },
  { value: 0.94, system: UCUM, code: 'ha' },
  { value: 94, system: 'urn:oid:2.16.840.1.113883.6.8', code: 'a' },
]
const BARE: readonly Json[] = [
  { value: 94 },
  { value: 94.5 },
  { value: 94, unit: '{years}', system: UCUM, code: '{years}' },
  { value: 94, unit: 'yr old' },
  { value: 94, system: UCUM, code: '1' },
  { value: 9.4e1 },
  { value: 1930 },
  { value: 1930, system: UCUM, code: '{year}' },
  { value: 1930.0 },
]
/** Amounts of something: a number without a unit counts or doses, and says nothing of a person. */
const AMOUNT =
  /(?:quantity|Quantity|amount|Amount|dose|Dose|rate|strength|daysSupply|factor|caloricDensity|maxVolumeToDeliver|capacity|duration|maxDosePer|sequence|axis|multipleBirth|ingredient|property|dispense)/

function formsOf({ dataType, steps }: NumericElement): unknown[] {
  const isAge = /(?:onset|abatement|age|deceased|performed|when)(?:Age|Range)$/.test(
    steps.filter((step) => typeof step === 'string').at(-1) ?? '',
  )
  const isStatement = steps.some((step) =>
    /^(?:value|detail)[A-Z]|^referenceRange$/.test(String(step)),
  )
  const isBareTold = isAge || (isStatement && !AMOUNT.test(steps.slice(0, -1).join('.')))
  const bare = isBareTold ? BARE : []
  const withTimes = [...TIMES, ...bare]
  switch (dataType) {
    case 'integer':
      return isBareTold ? [94, 1930] : []
    case 'Range':
      return withTimes.flatMap((one) => [{ low: one }, { high: one }, { low: one, high: one }])
    case 'Ratio':
      return [
        ...withTimes.map((one) => ({ numerator: one, denominator: { value: 1 } })),
        ...withTimes.map((one) => ({ numerator: { value: 1 }, denominator: one })),
      ]
    case 'Timing':
      return [
        { repeat: { period: 94, periodUnit: 'a', frequency: 1 } },
        { repeat: { duration: 1128, durationUnit: 'mo' } },
        { repeat: { boundsDuration: TIMES[0] } },
        { repeat: { boundsRange: { low: TIMES[0], high: TIMES[0] } } },
      ]
    default:
      return withTimes
  }
}

/** Numbers of a JSON text that tell. The class "90 or older" does not. */
const TELLING = /[:[,](?:94(?:\.\d+)?|1128|4905|34334|0\.94|9\.4e1|1930(?:\.0)?)(?=[,}\]])/

const elements = [...KEPT_TYPES].sort().flatMap(numericElements)

describe('every element that can hold an age or a year', () => {
  it('is known: at least as many as R4 has', () => {
    assert.ok(elements.length >= 130, String(elements.length))
  })

  it('loses it, and the resource stays readable and without an empty object', () => {
    let count = 0
    for (const element of elements) {
      for (const form of formsOf(element)) {
        count++
        const resource = about(element.type)
        put(resource, element.steps, form)
        const [, out] = clean(old, resource)
        const text = stringify(out?.value ?? null)
        const case_ = `${element.type} ${element.steps.join('.')} ${JSON.stringify(form)}: ${text}`
        assert.doesNotMatch(text, TELLING, case_)
        assert.doesNotMatch(text, /\{\}|\[\]/, case_)
      }
    }
    assert.ok(count > 2000, String(count))
  })

  it('is found by the checker where it stands in a record that is otherwise clean', () => {
    let count = 0
    for (const element of elements) {
      const [patient, base] = clean(old, about(element.type))
      if (patient === undefined || base === undefined) continue
      for (const form of formsOf(element)) {
        // What has not the form of a clean record is found for that.
        const value = plainOf(base)
        put(value, element.steps, form)
        count++
        const findings = SafeHarbor.check(
          [patient, { ...base, value: parse(JSON.stringify(value)) }],
          { asOf },
        )
        assert.ok(
          findings.length > 0,
          `${element.type} ${element.steps.join('.')} ${JSON.stringify(form)}`,
        )
      }
    }
    assert.ok(count > 2000, String(count))
  })
})

describe('an Observation', () => {
  const observation = (more: Json): Json => ({
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: coded('72166-2'),
    subject: { reference: 'Patient/p1' },
    ...more,
  })
  const valueOn = (patient: Json, more: Json): unknown => {
    const { valueQuantity, valueInteger } = plainOf(clean(patient, observation(more))[1])
    return valueQuantity ?? valueInteger
  }

  it('of a young person keeps numbers without a unit; of one whose birth is not known loses ages', () => {
    assert.equal(valueOn(young, { valueInteger: 94 }), 94)
    assert.equal(valueOn(young, { valueInteger: 1930 }), 1930)
    assert.equal(valueOn(unknown, { valueInteger: 94 }), undefined)
    assert.equal(valueOn(unknown, { valueInteger: 89 }), 89)
    assert.equal(valueOn(old, { valueInteger: 12 }), 12)
    assert.equal(valueOn(old, { valueInteger: 131 }), 131)
    assert.equal(valueOn(old, { valueInteger: 94 }), undefined)
  })

  it('of an old person keeps numbers with a unit that is not of time', () => {
    const saturation = { value: 94, unit: '%', system: UCUM, code: '%' }
    assert.deepEqual(valueOn(old, { valueQuantity: saturation }), saturation)
  })

  it('that states an age or a birth by its code, or in words, loses it whatever the unit and the person', () => {
    for (const more of [
      { code: coded('30525-0'), valueQuantity: { value: 94, system: UCUM, code: 'kg' } },
      { code: coded('30525-0'), valueInteger: 94 },
      { code: coded('29553-5'), valueQuantity: { value: 94 } },
      { code: coded('80904-6'), valueInteger: 1930 },
      { code: { text: 'Age' }, valueInteger: 94 },
      {
        code: { coding: [{ system: 'urn:lab', code: 'AGE', display: 'Patient age' }] },
        valueInteger: 94,
      },
      { code: { text: 'Year of birth' }, valueInteger: 1930 },
    ]) {
      for (const patient of [old, young, unknown]) {
        assert.equal(valueOn(patient, more), undefined, JSON.stringify(more))
      }
    }
    assert.equal(valueOn(young, { code: coded('30525-0'), valueInteger: 41 }), 41)
    assert.equal(valueOn(old, { code: coded('30525-0'), valueInteger: 41 }), undefined)
  })

  it('says that its value is masked, in the component too', () => {
    const [, out] = clean(
      old,
      observation({
        component: [
          { code: coded('30525-0'), valueInteger: 94 },
          { code: coded('4548-4'), valueInteger: 7 },
        ],
      }),
    )
    const [age, other] = plainOf(out)['component'] as Json[]
    assert.ok(JSON.stringify(age?.['dataAbsentReason']).includes('masked'))
    assert.equal(other?.['valueInteger'], undefined)
    assert.equal(plainOf(out)['valueInteger'], undefined)
  })

  it('that shows an age with a year loses it, also by the year of its encounter', () => {
    const value = { valueQuantity: { value: 85, unit: 'a', system: UCUM, code: 'a' } }
    assert.equal(valueOn(young, { ...value, effectiveDateTime: '2019' }), undefined)
    const encounter = {
      resourceType: 'Encounter',
      id: 'e',
      status: 'finished',
      class: { code: 'AMB' },
      period: { start: '2019-02-01' },
    }
    const [, out] = clean(
      young,
      observation({ ...value, encounter: { reference: 'Encounter/e' } }),
      encounter,
    )
    assert.equal(plainOf(out)['valueQuantity'], undefined)
    assert.notEqual(valueOn(young, value), undefined)
  })
})

describe('persons', () => {
  const condition = (more: Json): Json => ({
    resourceType: 'Condition',
    id: 'c1',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006' }] },
    onsetAge: { value: 50, unit: 'a', system: UCUM, code: 'a' },
    ...more,
  })
  const contained = [{ ...old, id: 'pp' }]

  it('a contained Patient over 89 is one: no age of hers stays, and the checker finds it', () => {
    const source = condition({ contained, subject: { reference: '#pp' } })
    const [patient, out] = clean(young, source)
    assert.equal(plainOf(out)['onsetAge'], undefined)
    const value = { ...plainOf(out), onsetAge: source['onsetAge'] }
    const findings = SafeHarbor.check(
      [patient as Resource, { ...(out as Resource), value: parse(JSON.stringify(value)) }],
      { asOf },
    )
    assert.deepEqual(
      findings.map(({ path, rule }) => [path, rule]),
      [['Condition.onset[x]', 'age']],
    )
  })

  it('the age at which something began stays for others, and goes with whom it is about unknown', () => {
    const kept = plainOf(clean(young, condition({ subject: { reference: 'Patient/p1' } }))[1])
    assert.notEqual(kept['onsetAge'], undefined)
    for (const subject of [{ reference: 'Patient/p1' }, { reference: 'Patient/elsewhere' }]) {
      assert.equal(plainOf(clean(old, condition({ subject }))[1])['onsetAge'], undefined)
    }
  })

  it('relatives keep ages below 90, as a class above', () => {
    const member = (more: Json): Json => ({
      resourceType: 'FamilyMemberHistory',
      id: 'f1',
      status: 'completed',
      patient: { reference: 'Patient/p1' },
      relationship: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }],
      },
      ...more,
    })
    const age = (value: number): Json => ({ value, unit: 'a', system: UCUM, code: 'a' })
    assert.deepEqual(
      plainOf(clean(old, member({ deceasedAge: age(71) }))[1])['deceasedAge'],
      age(71),
    )
    assert.deepEqual(plainOf(clean(old, member({ deceasedAge: age(97) }))[1])['deceasedAge'], {
      ...age(90),
      comparator: '>=',
    })
    assert.equal(
      plainOf(clean(old, member({ ageRange: { low: { value: 92 }, high: { value: 95 } } }))[1])[
        'ageRange'
      ],
      undefined,
    )
  })
})

describe('a range', () => {
  it('of ages keeps its lawful class, "90 or older", and goes whole otherwise', () => {
    const year = (value: number): Json => ({ value, unit: 'a', system: UCUM, code: 'a' })
    const reference = (age: Json): Json =>
      plainOf(
        clean(old, {
          resourceType: 'Observation',
          id: 'o1',
          status: 'final',
          code: coded('4548-4'),
          subject: { reference: 'Patient/p1' },
          referenceRange: [{ low: { value: 4, unit: '%', system: UCUM, code: '%' }, age }],
        })[1],
      )
    const ageOf = (age: Json): unknown => (reference(age)['referenceRange'] as Json[])[0]?.['age']
    assert.deepEqual(ageOf({ low: year(90) }), { low: year(90) })
    assert.deepEqual(ageOf({ low: year(91), high: year(93) }), { low: year(90) })
    assert.deepEqual(ageOf({ low: year(18), high: year(65) }), { low: year(18), high: year(65) })
    assert.deepEqual(ageOf({ high: year(95) }), undefined)
  })
})
