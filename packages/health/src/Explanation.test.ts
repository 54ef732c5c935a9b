import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Bundle from './Bundle.ts'
import { AMBROSIA_CORE_2 } from './ClaimProfile.ts'
import * as Claims from './Claims.ts'
import * as Explanation from './Explanation.ts'
import * as Generator from './Generator.ts'
import * as SafeHarbor from './SafeHarbor.ts'

const asOf = new Date('2026-05-01T00:00:00Z')
const options = { profile: AMBROSIA_CORE_2, asOf } as const
type Json = Record<string, unknown>

const observation = (id: string, date: string, more: Json): Json => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'HbA1c', coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: date,
  valueQuantity: { value: 5.1, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
  ...more,
})
const { resources } = Bundle.read(
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1970-05-04' },
      observation('a', '2024-01-01', {}),
      observation('b', '2025-01-01', { status: 'cancelled' }),
      observation('c', '2020-01-01', {}),
      observation('d', '2025-02-01', { subject: { reference: 'Patient/other' } }),
      observation('e', '2025-02-01', { code: { coding: [{ system: 'urn:lab', code: 'A1C' }] } }),
      { resourceType: 'Binary', id: 'x', contentType: 'text/plain' },
    ].map((resource) => ({ resource })),
  }),
)
const hba1cOf = (form: 'safe-harbor' | 'identified') =>
  Explanation.explain(resources, { ...options, form }).claims.find(({ claim }) => claim === 'hba1c')

describe('explain', () => {
  it('names the element that a claim came from, and why others did not count', () => {
    for (const form of ['safe-harbor', 'identified'] as const) {
      const hba1c = hba1cOf(form)
      assert.deepEqual(hba1c?.values, { hba1c: 51, hba1cYear: 2024 })
      assert.equal(hba1c?.inWords, '5.1 %, 2024')
      assert.deepEqual(
        hba1c?.from.map(({ index, resource, path }) => [index, resource, path]),
        [[1, 'Observation/a', 'Observation.value']],
      )
      assert.deepEqual(
        Object.fromEntries(hba1c?.others.map(({ resource, why }) => [resource, why]) ?? []),
        {
          'Observation/b': 'status is cancelled',
          'Observation/c': 'it is older',
          'Observation/d': 'it is not about the person of the record',
        },
      )
    }
  })

  it("shows what is signed: years in the Safe Harbor form, the hospital's own words for what it is", () => {
    assert.equal(hba1cOf('safe-harbor')?.from[0]?.says, 'HbA1c 5.1 %, 2024')
    assert.equal(hba1cOf('identified')?.from[0]?.says, 'HbA1c 5.1 %, 2024-01-01')
  })

  it('counts what is not in the form, and what no claim can come from', () => {
    const {
      resources: count,
      inForm,
      uncoded,
    } = Explanation.explain(resources, {
      ...options,
      form: 'safe-harbor',
    })
    assert.deepEqual([count, inForm, uncoded], [7, 6, 1])
  })

  it('gives the claims that an issuer gives', () => {
    const patient = Generator.patient({ seed: 5, asOf, resources: 200 }).resources
    const rekey = (_: string, id: string): string => id.replaceAll('-', '')
    const safe = SafeHarbor.deidentify(patient, { rekey, asOf }).resources
    const { claims } = Explanation.explain(patient, { ...options, form: 'safe-harbor' })
    assert.deepEqual(
      Object.assign({}, ...claims.map(({ values }) => values)),
      Claims.derive(safe, AMBROSIA_CORE_2, { asOf }),
    )
  })
})

describe('toLines', () => {
  it('says it in lines, and counts many of one reason', () => {
    const lines = Explanation.toLines(
      Explanation.explain(resources, { ...options, form: 'identified' }),
    )
    assert.ok(lines.includes('hba1c: 5.1 %, 2024 (signed as hba1c 51, hba1cYear 2024)'))
    assert.ok(lines.includes('  from  Observation/a value (HbA1c 5.1 %, 2024-01-01)'))
    assert.ok(
      lines.includes('  not   Observation/b (HbA1c 5.1 %, 2025-01-01): status is cancelled'),
    )
    const many = Explanation.explain(
      Generator.patient({ seed: 5, asOf, resources: 300 }).resources,
      {
        ...options,
        form: 'identified',
      },
    )
    assert.ok(Explanation.toLines(many).some((line) => /not {3}\d+ others: it is older/.test(line)))
    assert.ok(Explanation.toLines(many, true).length > Explanation.toLines(many).length)
  })
})
