import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { toHex } from '@ambrosia/primitives/Bytes'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import * as Bundle from './Bundle.ts'
import * as ClaimProfile from './ClaimProfile.ts'
import * as Claims from './Claims.ts'
import { bandOfBirthYear } from './claims/bandOfBirthYear.ts'
import type { Resource } from './Resource.ts'
import { AGE_CLASS } from './safe-harbor/rules.ts'

const asOf = new Date('2026-05-01T00:00:00Z')
const core = ClaimProfile.AMBROSIA_CORE_2
const loinc = (code: string): object => ({ coding: [{ system: 'http://loinc.org', code }] })
const snomed = (code: string): object => ({ coding: [{ system: 'http://snomed.info/sct', code }] })
const quantity = (value: number, code: string): object => ({ valueQuantity: { value, code } })

/** Text, so that a value can keep its digits. */
const record = (...resources: (object | string)[]): Resource[] =>
  Bundle.readResources(
    `{"resourceType":"Bundle","type":"collection","entry":[${resources
      .map((one) => `{"resource":${typeof one === 'string' ? one : JSON.stringify(one)}}`)
      .join(',')}]}`,
  )
let count = 0
const observation = (code: string, date: string, value: object): object => ({
  resourceType: 'Observation',
  id: `o${count++}`,
  status: 'final',
  code: loinc(code),
  effectiveDateTime: date,
  ...value,
})

describe('derive', () => {
  it('takes the latest value in the unit, by the instant and not by the text', () => {
    const resources = record(
      observation('4548-4', '2020-03-01T01:00:00+05:00', quantity(7.1, '%')),
      observation('4548-4', '2020-02-29T21:00:00Z', quantity(7.25, '%')),
      observation('4548-4', '2021-01-01', quantity(55, 'mmol/mol')),
      observation('4548-4', '2027-01-01', quantity(9, '%')),
      observation('4548-4', '2019', quantity(8, '%')),
    )
    const claims = Claims.derive(resources, core, { asOf })
    assert.equal(claims['hba1c'], 73)
    assert.equal(claims['hba1cYear'], 2020)
  })

  it('leaves out what was entered in error, refuted or has no value', () => {
    const resources = record(
      { ...observation('2160-0', '2020', quantity(1.2, 'mg/dL')), status: 'entered-in-error' },
      observation('718-7', '2020', {}),
      {
        resourceType: 'Condition',
        id: 'c1',
        code: snomed('44054006'),
        verificationStatus: { coding: [{ code: 'refuted' }] },
      },
      { resourceType: 'Condition', id: 'c2', code: snomed('38341003') },
    )
    const claims = Claims.derive(resources, core, { asOf })
    assert.deepEqual(Object.keys(claims), ['fhirVersion', 'resourceCount', 'condition1'])
    assert.equal(claims['condition1'], '38341003')
  })

  it('reads blood pressure from components', () => {
    const resources = record({
      ...observation('85354-9', '2020-01-01', {}),
      component: [
        { code: loinc('8480-6'), ...quantity(127.5, 'mm[Hg]') },
        { code: loinc('8462-4'), ...quantity(80.4, 'mm[Hg]') },
      ],
    })
    const { systolic, systolicYear, diastolic } = Claims.derive(resources, core, { asOf })
    assert.deepEqual(
      { systolic, systolicYear, diastolic },
      { systolic: 128, systolicYear: 2020, diastolic: 80 },
    )
  })

  it('orders conditions: chronic ones first, then the latest, then by code; twelve at most', () => {
    const conditions = Array.from({ length: 14 }, (_, i) => ({
      resourceType: 'Condition',
      id: `c${i}`,
      code: snomed(String(100 + i)),
      onsetDateTime: `${2000 + (i % 7)}`,
    }))
    const diabetes = {
      resourceType: 'Condition',
      id: 'd',
      code: snomed('44054006'),
      onsetDateTime: '1999',
    }
    const claims = Claims.derive(record(...conditions, diabetes), core, { asOf })
    const codes = Array.from({ length: 13 }, (_, i) => claims[`condition${i + 1}`])
    assert.deepEqual(codes.slice(0, 4), ['44054006', '106', '113', '105'])
    assert.equal(codes[11]?.toString().length, 3)
    assert.equal(codes[12], undefined)
  })

  it('property: does not depend on the order of resources; texts and safe integers only', () => {
    const resources = record(
      { resourceType: 'Patient', id: 'p', birthDate: '1969-03-27', gender: 'female' },
      observation('4548-4', '2020-01-01', quantity(7.1, '%')),
      observation('4548-4', '2020-01-01', quantity(7.4, '%')),
      observation('4548-4', '2020', quantity(6.4, '%')),
      observation('39156-5', '2021-01-01', quantity(30.3, 'kg/m2')),
      { resourceType: 'Condition', id: 'x', code: snomed('1'), onsetDateTime: '2020' },
      { resourceType: 'Condition', id: 'y', code: snomed('2'), onsetDateTime: '2020' },
    )
    const expected = Claims.derive(resources, core, { asOf })
    assert.equal(expected['hba1c'], 74)
    fc.assert(
      fc.property(fc.shuffledSubarray(resources, { minLength: resources.length }), (shuffled) => {
        const claims = Claims.derive(shuffled, core, { asOf })
        assert.deepEqual(claims, expected)
        for (const value of Object.values(claims)) {
          assert.ok(typeof value === 'string' || Number.isSafeInteger(value))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('gives the oldest class where the birth date is left out for an age over 89', () => {
    const bandOf = (url: string): unknown =>
      Claims.derive(
        record({ resourceType: 'Patient', id: 'p', _birthDate: { extension: [{ url }] } }),
        core,
        { asOf },
      )['birthYearBand']
    assert.equal(bandOf(AGE_CLASS), '1900-1939')
    assert.equal(bandOf('http://example.org/other'), undefined)
  })

  it('of the published Synthea patients', (t) => {
    const path = fixturePath(
      t,
      'fhir/synthea-r4/Carolee951_Sanford861_d88f994a-5efa-421d-9c40-5f116d2114a6.json',
    )
    if (path === null) return
    const { resources } = Bundle.read(readFileSync(path))
    const claims = Claims.derive(resources, core, { asOf })
    assert.equal(claims['resourceCount'], 168)
    assert.equal(claims['birthYearBand'], '1965-1969')
    assert.equal(claims['sex'], 'female')
    assert.equal(claims['bmi'], 303)
    assert.equal(claims['systolic'], 127)
    assert.equal(claims['condition1'], '162864005')
  })
})

describe('bandOfBirthYear', () => {
  it('everybody over 89 is in one class, whatever the day', () => {
    const band = (year: number): string | undefined => bandOfBirthYear(year, 5, asOf)
    assert.equal(band(1969), '1965-1969')
    assert.equal(band(1970), '1970-1974')
    assert.equal(band(1940), '1940-1944')
    for (let year = 1900; year < 1940; year++) assert.equal(band(year), '1900-1939')
    assert.equal(band(1880), '1900-1939')
    assert.equal(band(2026), '2025-2029')
    for (const wrong of [2027, 0, Number.NaN, 1969.5]) assert.equal(band(wrong), undefined)
  })

  it('property: a band below the oldest class never holds an age over 89', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1900, max: 2060 }),
        fc.integer({ min: 2000, max: 2060 }),
        (year, now) => {
          const band = bandOfBirthYear(year, 5, new Date(Date.UTC(now, 11, 31)))
          if (band === undefined) return
          const [start = 0, end = 0] = band.split('-').map(Number)
          assert.ok(year <= end)
          if (start !== 1900) assert.ok(now - start <= 89)
        },
      ),
    )
  })
})

describe('ClaimProfile', () => {
  it('has a hash that changes with any rule', () => {
    const hash = toHex(ClaimProfile.hash(core))
    assert.equal(hash, toHex(ClaimProfile.hash(structuredClone(core) as typeof core)))
    for (let i = 0; i < core.claims.length; i++) {
      const claims = core.claims.map((rule, at) => (at === i ? { ...rule, claim: 'other' } : rule))
      assert.notEqual(toHex(ClaimProfile.hash({ ...core, claims })), hash)
    }
    assert.notEqual(toHex(ClaimProfile.hash({ ...core, version: 3 })), hash)
  })

  it('names every claim that can be derived', () => {
    ClaimProfile.assert(core)
    const names = ClaimProfile.claimNames(core)
    assert.equal(new Set(names).size, names.length)
    for (const name of [
      'birthYearBand',
      'condition12',
      'pastCondition1',
      'hba1c',
      'hba1cAtLeast',
      'egfrAtMost',
      'hba1cYear',
      'diastolicYear',
    ]) {
      assert.ok(names.includes(name), name)
    }
  })

  it('refuses profiles from outside', () => {
    const rule = core.claims[0] as ClaimProfile.ClaimRule
    const [measurement, codes] = ['measurement', 'codes'].map((kind) =>
      core.claims.find((one) => one.kind === kind),
    )
    const wrong: [object, string][] = [
      [{ ...core, version: 1.5 }, 'name or version'],
      [{ ...core, claims: {} }, 'claims'],
      [{ ...core, claims: [{ ...rule, claim: 'A b' }] }, 'claims[0].claim'],
      [{ ...core, claims: [{ ...rule, kind: 'x' }] }, 'claims[0].kind'],
      [{ ...core, claims: [{ ...measurement, scale: -1 }] }, 'claims[0].scale'],
      [{ ...core, claims: [{ ...measurement, unit: 'furlong' }] }, 'claims[0].unit'],
      [{ ...core, claims: [{ ...measurement, codes: [] }] }, 'claims[0].codes'],
      [{ ...core, claims: [{ ...codes, system: undefined }] }, 'claims[0].type, system'],
      [{ ...core, claims: [{ ...codes, when: 'later' }] }, 'claims[0].when'],
      [{ ...core, claims: [{ ...codes, count: 0 }] }, 'claims[0].count'],
      [
        { ...core, claims: [{ claim: 'band', kind: 'birthYearBand', width: 0 }] },
        'claims[0].width',
      ],
      [{ ...core, claims: [rule, rule] }, 'claims: a name stands twice'],
    ]
    for (const [profile, path] of wrong) {
      assert.throws(() => ClaimProfile.assert(profile as ClaimProfile.ClaimProfile), {
        code: 'ClaimProfile.Invalid',
        details: { path },
      })
    }
  })
})
