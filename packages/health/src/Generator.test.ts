import assert from 'node:assert/strict'
import { it } from 'node:test'
import { NumberToken, stringify } from '@ambrosia/primitives/CanonicalJson'
import { hasCode } from '@ambrosia/primitives/Errors'
import * as Bundle from './Bundle.ts'
import * as Generator from './Generator.ts'
import { dayOf } from './generator/calendar.ts'
import { CHRONIC } from './generator/data/conditions.ts'
import { MEASUREMENTS } from './generator/data/measurements.ts'
import { MEDICATIONS, VACCINES } from './generator/data/treatments.ts'
import { createPerson, prevalenceAt, type Sex } from './generator/person.ts'
import { createRandom } from './generator/random.ts'
import { isObject, type JsonObject } from './Resource.ts'
import { isKnownCode } from './safe-harbor/codeSystems.ts'
import { plainUnit } from './safe-harbor/units.ts'

const asOf = new Date('2026-11-21T00:00:00Z')
const sample = [...Generator.population({ seed: 20, count: 40, asOf })]

function objects(value: unknown, found: JsonObject[] = []): JsonObject[] {
  if (Array.isArray(value)) for (const item of value) objects(item, found)
  else if (value !== null && typeof value === 'object' && !(value instanceof NumberToken)) {
    found.push(value as JsonObject)
    for (const member of Object.values(value)) objects(member, found)
  }
  return found
}

it('the same options give the same bytes, another seed or index others', () => {
  const options = { seed: 1, asOf, condition: 'diabetes', resources: 231 }
  const text = stringify(Generator.patient(options).bundle)
  assert.equal(stringify(Generator.patient(options).bundle), text)
  assert.notEqual(stringify(Generator.patient({ ...options, seed: 2 }).bundle), text)
  assert.notEqual(stringify(Generator.patient({ ...options, index: 1 }).bundle), text)
  const [, second] = [...Generator.population({ ...options, count: 2 })]
  assert.equal(
    stringify(second?.bundle),
    stringify(Generator.patient({ ...options, index: 1 }).bundle),
  )
})

it('seed 1 with type 2 diabetes and 231 resources is 57 years old and has several HbA1c values', () => {
  const { summary, resources } = Generator.patient({
    seed: 1,
    asOf,
    condition: 'diabetes',
    resources: 231,
  })
  assert.equal(summary.ageYears, 57)
  assert.equal(summary.resourceCount, 231)
  assert.equal(resources.length, 231)
  assert.ok(summary.conditions.includes('Diabetes mellitus type 2'))
  const hba1c = resources.filter(({ value }) => stringify(value).includes('"code":"4548-4"'))
  assert.ok(hba1c.length >= 8)
  for (const { value } of hba1c) {
    const { valueQuantity } = value as { valueQuantity: { value: NumberToken; code: string } }
    assert.match(valueQuantity.value.text, /^\d{1,2}\.\d$/)
    assert.equal(valueQuantity.code, '%')
  }
})

it('a record has exactly as many resources as are asked for', () => {
  for (const resources of [50, 51, 77, 231, 1000, 5000]) {
    for (const seed of [1, 2, 3]) {
      const patient = Generator.patient({ seed, asOf, resources })
      assert.equal(patient.resources.length, resources)
      assert.equal(new Set(patient.resources.map(({ id }) => id)).size, resources)
    }
  }
  const newborn = Generator.patient({ seed: 4, asOf, resources: 60, ageYears: 0 })
  assert.equal(newborn.resources.length, 60)
  for (const { resources } of sample) assert.ok(resources.length >= 50 && resources.length <= 5000)
})

it('a condition is asked for by name, SNOMED CT or ICD-10-CM code; age and sex too', () => {
  const texts = ['diabetes', '44054006', 'E11.9'].map((condition) =>
    stringify(Generator.patient({ seed: 9, asOf, condition }).bundle),
  )
  assert.equal(new Set(texts).size, 1)
  for (const { name, display } of Generator.conditions()) {
    const { summary } = Generator.patient({ seed: 5, asOf, condition: name, resources: 60 })
    assert.ok(summary.conditions.includes(display), name)
  }
  const { summary } = Generator.patient({ seed: 5, asOf, ageYears: 93, sex: 'female' })
  assert.deepEqual([summary.ageYears, summary.sex, summary.deceased], [93, 'female', false])
})

it('wrong options are refused with what is expected', () => {
  const wrong = [
    { seed: 1.5 },
    { seed: Number.NaN },
    { resources: 49 },
    { resources: 5001 },
    { condition: 'plague' },
    { index: -1 },
    { ageYears: 106 },
    { asOf: new Date('x') },
  ]
  for (const options of wrong) {
    assert.throws(
      () => Generator.patient({ seed: 1, asOf, ...options }),
      (error) => hasCode(error, 'Generator.Option'),
    )
  }
  assert.throws(
    () => [...Generator.population({ seed: 1, asOf, count: 0 })],
    (error) => hasCode(error, 'Generator.Option'),
  )
})

it('nothing is before birth, after death or after the day of reading', () => {
  let dead = 0
  const old = [
    ...Generator.population({
      seed: 31,
      count: 12,
      asOf,
      condition: 'heartFailure',
      resources: 80,
    }),
  ]
  for (const { bundle, resources } of [...sample, ...old]) {
    const [patient] = resources
    assert.ok(patient)
    const { birthDate, deceasedDateTime } = patient.value as {
      birthDate: string
      deceasedDateTime?: string
    }
    if (deceasedDateTime !== undefined) dead++
    const last = (deceasedDateTime ?? asOf.toISOString()).slice(0, 10)
    for (const object of objects(bundle)) {
      for (const [key, value] of Object.entries(object)) {
        if (
          typeof value !== 'string' ||
          !/^\d{4}-\d{2}-\d{2}/.test(value) ||
          key === 'deceasedDateTime'
        )
          continue
        assert.ok(
          value.slice(0, 10) >= birthDate && value.slice(0, 10) < last,
          `${String(object['resourceType'])}.${key}`,
        )
      }
      const start = object['start'] ?? object['onsetDateTime']
      const end = object['end'] ?? object['abatementDateTime']
      if (typeof start === 'string' && typeof end === 'string') assert.ok(start <= end)
    }
  }
  assert.ok(dead > 0)
})

it('every reference is to a resource of the record, and what a resource says came first did', () => {
  for (const { resources, bundle } of sample) {
    const ids = new Set(resources.map(({ fullUrl }) => fullUrl))
    for (const { reference } of objects(bundle)) {
      if (reference !== undefined) assert.ok(ids.has(reference as string))
    }
    const read = Bundle.read(stringify(bundle))
    assert.equal(read.resources.length, resources.length)
  }
})

it('codes are codes of their systems, units are UCUM, displays name no place', () => {
  for (const { bundle } of sample) {
    for (const { system, code, value } of objects(bundle)) {
      if (typeof system !== 'string' || typeof code !== 'string' || system === 'urn:ietf:bcp:47')
        continue
      const isUnit = system === 'http://unitsofmeasure.org'
      const isKnown = isUnit ? plainUnit(code) !== undefined : isKnownCode(system, code)
      assert.ok(isKnown, `${system} ${code}`)
      if (value !== undefined) assert.ok(isUnit)
    }
  }
})

it('measurements lie within the limits of their code, with its unit and digits', () => {
  const specs = new Map(Object.values(MEASUREMENTS).map((spec) => [spec.loinc, spec]))
  let seen = 0
  for (const { bundle } of sample) {
    for (const { code, valueQuantity } of objects(bundle)) {
      if (!isObject(valueQuantity) || !isObject(code)) continue
      const loinc = ((code['coding'] as JsonObject[])[0] as JsonObject)['code'] as string
      const spec = specs.get(loinc)
      assert.ok(spec, loinc)
      const { text } = valueQuantity['value'] as NumberToken
      assert.ok(
        Number(text) >= spec.limits[0] && Number(text) <= spec.limits[1],
        `${loinc} ${text}`,
      )
      assert.equal(text.split('.')[1]?.length ?? 0, spec.decimals)
      assert.equal(valueQuantity['code'], spec.unit)
      seen++
    }
  }
  assert.ok(seen > 5000)
})

it('laboratory values follow the conditions', () => {
  const means = (condition: string | undefined, loinc: string): number => {
    const values: number[] = []
    const options = { seed: 77, asOf, count: 12, resources: 150, ageYears: 60 }
    for (const { bundle } of Generator.population(
      condition === undefined ? options : { ...options, condition },
    )) {
      for (const { code, valueQuantity } of objects(bundle)) {
        if (!isObject(code) || !isObject(valueQuantity)) continue
        if (((code['coding'] as JsonObject[])[0] as JsonObject)['code'] !== loinc) continue
        values.push(Number((valueQuantity['value'] as NumberToken).text))
      }
    }
    return values.reduce((a, b) => a + b, 0) / values.length
  }
  assert.ok(means('diabetes', '4548-4') > 6.3)
  assert.ok(means(undefined, '2345-7') < means('diabetes', '2345-7') - 20)
  assert.ok(means('ckd3', '33914-3') < 60)
  assert.ok(means('copd', '19926-5') < 70)
  assert.ok(means('hypothyroidism', '3016-3') > 2.2)
})

it('no drug and no vaccine is given before its time', () => {
  const since = new Map([
    ...Object.values(MEDICATIONS).map((one) => [one.rxnorm, one.since] as const),
    ...VACCINES.map((one) => [one.cvx, one.since] as const),
  ])
  let seen = 0
  for (const { bundle } of sample) {
    for (const object of objects(bundle)) {
      const concept = object['medicationCodeableConcept'] ?? object['vaccineCode']
      if (!isObject(concept)) continue
      const code = ((concept['coding'] as JsonObject[])[0] as JsonObject)['code'] as string
      const year = Number(String(object['authoredOn'] ?? object['occurrenceDateTime']).slice(0, 4))
      assert.ok(year >= (since.get(code) ?? 0), `${code} in ${year}`)
      seen++
    }
  }
  assert.ok(seen > 100)
})

it('prevalence follows the table at each age', () => {
  const asOfDay = dayOf(asOf)
  const count = 1500
  for (const sex of ['female', 'male'] satisfies Sex[]) {
    for (const ageYears of [30, 50, 72]) {
      const people = Array.from({ length: count }, (_, i) =>
        createPerson(createRandom(`table ${sex} ${ageYears} ${i}`), asOfDay, { ageYears, sex }),
      )
      for (const { key, prevalence, after } of CHRONIC) {
        if (after !== undefined) continue
        const expected = prevalenceAt(prevalence, sex, ageYears + 0.5) / 1000
        const found = people.filter(({ onsets }) => onsets.has(key)).length / count
        // Four standard deviations of a share, and room for the people who would have fallen ill in
        // the last weeks.
        const room = 4 * Math.sqrt((expected * (1 - expected)) / count) + 0.012 + 0.06 * expected
        assert.ok(
          Math.abs(found - expected) < room,
          `${key} ${sex} ${ageYears}: ${found} for ${expected}`,
        )
      }
    }
  }
})

it('every resource type of a record that the network sells is there', () => {
  const types = new Set(sample.flatMap(({ resources }) => resources.map(({ type }) => type)))
  for (const type of [
    'Patient',
    'Encounter',
    'Observation',
    'Condition',
    'MedicationRequest',
    'Procedure',
    'Immunization',
    'DiagnosticReport',
    'Provenance',
  ]) {
    assert.ok(types.has(type), type)
  }
})
