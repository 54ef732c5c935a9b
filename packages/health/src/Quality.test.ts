import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import fc from 'fast-check'
import * as Quality from './Quality.ts'
import type { Resource } from './Resource.ts'

const asOf = new Date('2026-05-01T00:00:00Z')
const of = (plain: { resourceType: string; [element: string]: unknown }): Resource => ({
  type: plain.resourceType,
  id: 'x',
  value: CanonicalJson.parse(JSON.stringify(plain)),
})
const observation = (date: string, elements: object = {}): Resource =>
  of({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
    subject: { reference: 'Patient/p' },
    effectiveDateTime: date,
    valueQuantity: { value: 7 },
    ...elements,
  })
const none = { asOf, findings: [], rules: [] }

describe('score', () => {
  it('a whole, recent, coded, valid record has 100', () => {
    assert.deepEqual(Quality.score([observation('2026-04-01')], none), {
      score: 100,
      completeness: 40,
      recency: 20,
      coding: 30,
      conformance: 10,
    })
  })

  it('completeness: the share of expected elements, and of rules that match', () => {
    const half = observation('2026', { valueQuantity: undefined, subject: undefined })
    assert.equal(Quality.score([half], none).completeness, 12 + 20)
    const rules = [{ type: 'Observation' }, { type: 'Condition' }]
    assert.equal(Quality.score([half], { ...none, rules }).completeness, 12 + 10)
  })

  it('recency: two points a year, counted from asOf, nothing from the future', () => {
    const recency = (...dates: string[]): number =>
      Quality.score(
        dates.map((date) => observation(date)),
        none,
      ).recency
    assert.equal(recency('2026'), 20)
    assert.equal(recency('2025-12-31'), 18)
    assert.equal(recency('2016'), 0)
    assert.equal(recency('1990'), 0)
    assert.equal(recency('2027'), 0)
    assert.equal(recency('2026', '2016'), 10)
    assert.equal(recency(''), 0)
  })

  it('coding and conformance: shares', () => {
    const local = observation('2026', {
      code: { coding: [{ system: 'http://x.example', code: '1' }] },
    })
    const resources = [observation('2026'), local, observation('2026')]
    const finding = { path: '', rule: '', message: '' }
    const findings = [0, 0, 1].map((resourceIndex) => ({ ...finding, resourceIndex }))
    const score = Quality.score(resources, { ...none, findings })
    assert.equal(score.coding, 20)
    assert.equal(score.conformance, 3)
  })

  it('nothing has 20, for the rules that are not there', () => {
    assert.equal(Quality.score([], none).score, 20)
    assert.equal(Quality.score([], { ...none, rules: [{ type: 'Observation' }] }).score, 0)
  })

  it('property: integers in their ranges, the sum is the score, order does not matter', () => {
    const resource = fc
      .record({
        date: fc.constantFrom('2026', '2020-01', '1999', '2030', 'x'),
        system: fc.constantFrom('http://loinc.org', 'http://x.example'),
        type: fc.constantFrom('Observation', 'Condition', 'Patient', 'Practitioner'),
      })
      .map(({ date, system, type }) =>
        of({
          resourceType: type,
          code: { coding: [{ system, code: '1' }] },
          effectiveDateTime: date,
        }),
      )
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 9 }), (resources) => {
        const parts = Quality.score(resources, none)
        const { score, completeness, recency, coding, conformance } = parts
        assert.ok(Object.values(parts).every((part) => Number.isInteger(part) && part >= 0))
        assert.ok(completeness <= 40 && recency <= 20 && coding <= 30 && conformance <= 10)
        assert.equal(score, completeness + recency + coding + conformance)
        assert.deepEqual(Quality.score(resources.toReversed(), none), parts)
      }),
    )
  })
})
