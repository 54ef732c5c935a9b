import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import * as Bundle from './Bundle.ts'
import { type Resource, references } from './Resource.ts'
import { meets, type ResourceRule, select } from './Selection.ts'

const loinc = 'http://loinc.org'
const coded = (code: string): object => ({
  status: 'final',
  code: { coding: [{ system: loinc, code }] },
})
const record = (...plain: object[]): Resource[] =>
  Bundle.readResources(
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: plain.map((resource) => ({ resource })),
    }),
  )

const sample = record(
  { resourceType: 'Patient', id: 'p', generalPractitioner: [{ reference: 'Practitioner/dr' }] },
  { resourceType: 'Practitioner', id: 'dr' },
  { resourceType: 'Encounter', id: 'e', subject: { reference: 'Patient/p' } },
  {
    resourceType: 'Observation',
    id: 'a',
    ...coded('1'),
    subject: { reference: 'Patient/p' },
    encounter: { reference: 'Encounter/e' },
    effectiveDateTime: '2019-05-01',
  },
  { resourceType: 'Observation', id: 'b', ...coded('1'), effectiveDateTime: '2021' },
  {
    resourceType: 'Observation',
    id: 'c',
    ...coded('2'),
    derivedFrom: [{ reference: 'Observation/a' }],
  },
)

describe('select', () => {
  it('takes what a rule asks for and the Patient that it refers to', () => {
    const { indexes, reasons, explanation } = select(sample, [
      { type: 'Observation', codes: [{ system: loinc, code: '1' }] },
    ])
    assert.deepEqual(indexes, [0, 3, 4])
    assert.deepEqual(reasons, [
      { index: 0, because: 'referred to by Observation 3' },
      { index: 3, because: 'rule 1: Observation with code 1' },
      { index: 4, because: 'rule 1: Observation with code 1' },
    ])
    assert.equal(
      explanation,
      '3 of 6 resources, because the deal asks for: 2 Observation with code 1, 1 that these refer to',
    )
  })

  it('follows references only to included types, and through them', () => {
    const rule = { type: 'Observation', codes: [{ system: loinc, code: '1' }] }
    const all = ['Patient', 'Encounter', 'Practitioner']
    assert.deepEqual(select(sample, [{ ...rule, include: [] }]).indexes, [3, 4])
    assert.deepEqual(select(sample, [{ ...rule, include: ['Encounter'] }]).indexes, [2, 3, 4])
    assert.deepEqual(select(sample, [{ ...rule, include: all }]).indexes, [0, 1, 2, 3, 4])
    // The Practitioner is reached through the Patient only, which this rule does not include.
    assert.deepEqual(select(sample, [{ ...rule, include: ['Practitioner'] }]).indexes, [3, 4])
  })

  it('a reference to another Observation does not bring it along unless included', () => {
    const rule = { type: 'Observation', codes: [{ system: loinc, code: '2' }] }
    assert.deepEqual(select(sample, [rule]).indexes, [5])
    assert.deepEqual(select(sample, [{ ...rule, include: ['Observation'] }]).indexes, [3, 5])
  })

  it("what one rule includes does not widen another rule's", () => {
    const rules = [
      { type: 'Observation', codes: [{ system: loinc, code: '1' }], include: [] },
      { type: 'Encounter', include: ['Patient'] },
    ]
    assert.deepEqual(select(sample, rules).indexes, [0, 2, 3, 4])
  })

  it('since compares at the precision that both have', () => {
    const since = (date: string): number[] =>
      select(sample, [{ type: 'Observation', since: date, include: [] }]).indexes
    assert.deepEqual(since('2018'), [3, 4])
    assert.deepEqual(since('2019-05-01'), [3, 4])
    assert.deepEqual(since('2019-05-02'), [4])
    assert.deepEqual(since('2019-06'), [4])
    assert.deepEqual(since('2021-07-01'), [4])
    assert.deepEqual(since('2022'), [])
  })

  it('no rule selects nothing; a code needs its system', () => {
    assert.deepEqual(select(sample, []).indexes, [])
    assert.equal(select(sample, []).explanation.slice(0, 16), '0 of 6 resources')
    const foreign = [{ type: 'Observation', codes: [{ system: 'http://x.example', code: '1' }] }]
    assert.deepEqual(select(sample, foreign).indexes, [])
    assert.deepEqual(select(sample, [{ type: 'Observation', codes: [] }]).indexes, [])
  })

  it('refuses rules that cannot be met', () => {
    const wrong: ResourceRule[] = [
      { type: 'Nothing' },
      { type: '' },
      { type: 'Observation', since: 'last year' },
      { type: 'Observation', since: '2020-1' },
      { type: 'Observation', since: '2020', all: true },
    ]
    for (const rule of wrong) {
      assert.throws(() => select(sample, [rule]), { code: 'Selection.RuleInvalid' })
    }
  })

  it('ends where references go in a circle', () => {
    const circle = record(
      { resourceType: 'Encounter', id: 'a', partOf: { reference: 'Encounter/b' } },
      { resourceType: 'Encounter', id: 'b', partOf: { reference: 'Encounter/a' } },
      { resourceType: 'Observation', id: 'o', encounter: { reference: 'Encounter/a' } },
    )
    const rule = { type: 'Observation', include: ['Encounter'] }
    assert.deepEqual(select(circle, [rule]).indexes, [0, 1, 2])
  })

  it('property: selecting from the selected selects all of it, and nothing unasked is in', () => {
    const arbitrary: fc.Arbitrary<ResourceRule> = fc.record({
      type: fc.constantFrom('Observation', 'Encounter', 'Practitioner'),
      include: fc.subarray(['Patient', 'Encounter', 'Practitioner', 'Observation']),
    })
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 3 }), (rules) => {
        const { indexes, reasons } = select(sample, rules)
        const selected = indexes.map((i) => sample[i] as Resource)
        assert.equal(select(selected, rules).indexes.length, selected.length)
        assert.deepEqual(
          reasons.map(({ index }) => index),
          indexes,
        )
        const asked = new Set(rules.map(({ type }) => type))
        const included = new Set(rules.flatMap(({ include }) => include ?? []))
        for (const { type } of selected) assert.ok(asked.has(type) || included.has(type), type)
      }),
    )
  })

  it('of a published Synthea patient: no reference to an included type dangles', (t) => {
    const folder = 'fhir/synthea-r4/'
    const name = 'Todd315_Stamm704_0ce18c7d-fd78-46d9-81b5-8bed231c337a.json'
    const path = fixturePath(t, folder + name)
    if (path === null) return
    const { resources, resolve } = Bundle.read(readFileSync(path))
    const rule = { type: 'Observation', codes: [{ system: loinc, code: '39156-5' }] }
    const { indexes } = select(resources, [rule])
    assert.equal(indexes.length, 11)
    const selected = new Set(indexes.map((i) => resources[i]))
    for (const resource of selected) {
      for (const reference of references(resource as Resource)) {
        const target = resolve(reference, resource)
        if (target?.type === 'Patient') assert.ok(selected.has(target))
        else assert.ok(!selected.has(target), reference)
      }
    }
  })
})

describe('what a resource says', () => {
  const result = (id: string, status: string): object => ({
    resourceType: 'Observation',
    id,
    ...coded('1'),
    status,
  })
  const rule = { type: 'Observation', codes: [{ system: loinc, code: '1' }] }

  it('what is taken back or open comes along, is said so, and does not meet the rule alone', () => {
    const resources = record(
      result('a', 'final'),
      result('b', 'entered-in-error'),
      result('c', 'preliminary'),
    )
    const { indexes, explanation } = select(resources, [rule])
    assert.deepEqual(indexes, [0, 1, 2])
    assert.equal(
      explanation,
      '3 of 3 resources, because the deal asks for: 3 Observation with code 1 (1 of them planned, preliminary, suspected or interrupted, 1 of them taken back or entered in error)',
    )
    assert.deepEqual(
      resources.map((resource) => meets(resource, rule)),
      [true, false, false],
    )
  })
})

describe('sensitivity labels', () => {
  const labelled = (id: string, code: string, more: object = {}): object => ({
    resourceType: 'Observation',
    id,
    ...coded('1'),
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }] },
    ...more,
  })
  const resources = record(
    { resourceType: 'Observation', id: 'a', ...coded('1') },
    labelled('b', 'HIV'),
    labelled('c', 'MH'),
    {
      resourceType: 'DiagnosticReport',
      id: 'r',
      ...coded('2'),
      result: [{ reference: 'Observation/a' }, { reference: 'Observation/b' }],
    },
  )
  const of = (rule: Partial<ResourceRule>): number[] =>
    select(resources, [{ type: 'Observation', ...rule }]).indexes

  it('keep a resource with its person unless the rule names all of its labels', () => {
    assert.deepEqual(of({}), [0])
    assert.deepEqual(of({ sensitive: ['HIV'] }), [0, 1])
    assert.deepEqual(of({ sensitive: ['HIV', 'MH'] }), [0, 1, 2])
  })

  it('keep it too where another resource refers to it', () => {
    const report = { type: 'DiagnosticReport', include: ['Observation'] }
    assert.deepEqual(select(resources, [report]).indexes, [0, 3])
    assert.deepEqual(select(resources, [{ ...report, sensitive: ['HIV'] }]).indexes, [0, 1, 3])
  })

  it('refuses a label that HL7 does not have', () => {
    assert.throws(() => of({ sensitive: ['SECRET'] }), { code: 'Selection.RuleInvalid' })
  })
})
