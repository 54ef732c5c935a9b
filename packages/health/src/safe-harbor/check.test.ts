import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { it } from 'node:test'
import { NumberToken, stringify, type Value } from '@ambrosia/primitives/CanonicalJson'
import * as Generator from '../Generator.ts'
import type { Resource } from '../Resource.ts'
import { check } from './check.ts'
import { deidentify } from './deidentify.ts'
import { PLANTS } from './testing/plants.ts'

const asOf = new Date('2026-11-21T00:00:00Z')
const rekey = (type: string, id: string): string =>
  createHmac('sha256', 'a secret of the test').update(`${type}/${id}`).digest('hex').slice(0, 32)

const identified = Generator.patient({
  seed: 3,
  asOf,
  resources: 60,
  condition: 'diabetes',
}).resources
const clean = deidentify(identified, { rekey, asOf }).resources
/**
 * Any UUID is an id that a keyed function could have made: a checker without the key can't tell.
 */
const TELLING = PLANTS.filter(({ name }) => name !== 'UUID')
const NUMBERS = ['4255550143', '78051120', '19870314', '831774123', '4.255550143e9']

type Path = readonly (string | number)[]

function leavesOf(value: Value, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object' || value instanceof NumberToken) return [path]
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member as Value, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

function replace(value: Value, [key, ...rest]: Path, change: (old: Value) => Value): Value {
  if (key === undefined) return change(value)
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    Value
  >
  copy[key] = replace(copy[key] as Value, rest, change)
  return copy as Value
}

it('the checker refuses a plant in the place of any value of a clean record', () => {
  let turn = 0
  for (const resource of clean) {
    for (const path of leavesOf(resource.value)) {
      const value = replace(resource.value, path, (old) => {
        turn++
        if (old instanceof NumberToken)
          return new NumberToken(NUMBERS[turn % NUMBERS.length] as string)
        return (TELLING[turn % TELLING.length] as (typeof TELLING)[number]).text
      })
      const findings = check([{ ...resource, value }], { asOf })
      assert.ok(findings.length > 0, `${path.join('.')} ${stringify(value)}`)
    }
  }
  assert.ok(turn > 700)
})

it('the checker refuses an unknown key in any object of a clean record', () => {
  for (const resource of clean) {
    const owners = new Set(
      leavesOf(resource.value).map((path) => JSON.stringify(path.slice(0, -1))),
    )
    for (const owner of owners) {
      const value = replace(resource.value, JSON.parse(owner) as Path, (old) =>
        Array.isArray(old) ? [...old, { zebulon: true }] : { ...(old as object), zebulon: true },
      )
      assert.ok(check([{ ...resource, value }], { asOf }).length > 0, owner)
    }
  }
})

it('a selection of a clean record is clean', () => {
  assert.deepEqual(check(clean, { asOf }), [])
  for (const resource of clean) assert.deepEqual(check([resource], { asOf }), [])
})

it('malformed input is refused, not thrown at', () => {
  const odd: Value[] = [
    null,
    true,
    'text',
    [],
    {},
    new NumberToken('1'),
    { resourceType: 'Patient' },
    { resourceType: 'Patient', id: 'p', name: 'x', contained: 'y' },
    { resourceType: 'Patient', id: 'p', address: [null, [], 'x'] },
  ]
  for (const value of odd) {
    const resource: Resource = { type: 'Patient', id: 'p', value }
    assert.ok(check([resource], { asOf }).length > 0)
    const { resources } = deidentify([resource], { rekey, asOf })
    assert.deepEqual(check(resources, { asOf }), [])
  }
})
