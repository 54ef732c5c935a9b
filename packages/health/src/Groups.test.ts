import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compare } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import fc from 'fast-check'
import { groupsOf } from './Groups.ts'
import { canonicalBytes, type Resource } from './Resource.ts'

const observation = (id: string, code: string | undefined, date: string): Resource => ({
  type: 'Observation',
  id,
  value: CanonicalJson.parse(
    JSON.stringify({
      resourceType: 'Observation',
      id,
      code: code === undefined ? {} : { coding: [{ system: 'http://loinc.org', code }] },
      effectiveDateTime: date,
    }),
  ),
})

describe('groupsOf', () => {
  it('counts by type and main code with the period', () => {
    const resources = [
      observation('b', '2', '2019'),
      observation('a', '1', '2020-05'),
      observation('c', '1', '2018-01-01'),
      observation('d', undefined, 'x'),
    ]
    assert.deepEqual(groupsOf(resources), [
      { class: 'Observation', system: '', code: '', indexes: [3], startYear: 0, endYear: 0 },
      {
        class: 'Observation',
        system: 'http://loinc.org',
        code: '1',
        indexes: [2, 1],
        startYear: 2018,
        endYear: 2020,
      },
      {
        class: 'Observation',
        system: 'http://loinc.org',
        code: '2',
        indexes: [0],
        startYear: 2019,
        endYear: 2019,
      },
    ])
    assert.deepEqual(groupsOf([]), [])
  })

  it('property: every resource in the group of each of its codes, whatever the order of the record', () => {
    const resource = fc
      .tuple(
        fc.uuid(),
        fc.constantFrom('1', '2', undefined),
        fc.constantFrom('2019', '2021-03', ''),
      )
      .map(([id, code, date]) => observation(id, code, date))
    const list = fc.uniqueArray(resource, { selector: (one) => one.id, maxLength: 12 })
    fc.assert(
      fc.property(
        list.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          ),
        ),
        ([all, shuffled]) => {
          const groups = groupsOf(all)
          const indexes = new Set(groups.flatMap((group) => group.indexes))
          assert.deepEqual(
            [...indexes].toSorted((a, b) => a - b),
            [...all.keys()],
          )
          const shape = (of: readonly Resource[]) =>
            groupsOf(of).map((group) => ({
              ...group,
              indexes: group.indexes.map((i) => of[i]?.id),
            }))
          assert.deepEqual(shape(all), shape(shuffled))
          for (const group of groups) {
            const bytes = group.indexes.map((i) => canonicalBytes(all[i] as Resource))
            assert.deepEqual(bytes, bytes.toSorted(compare))
          }
        },
      ),
    )
  })
})
