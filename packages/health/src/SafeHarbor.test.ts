import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { it } from 'node:test'
import { parse, stringify } from '@ambrosia/primitives/CanonicalJson'
import type { Resource } from './Resource.ts'
import * as SafeHarbor from './SafeHarbor.ts'
import { structureDefinitions } from './safe-harbor/testing/definitions.ts'
import { type Mode, PLANTS, type Plant, plantResource } from './safe-harbor/testing/plants.ts'

const asOf = new Date('2026-11-21T00:00:00Z')

function rekey(type: string, id: string): string {
  return createHmac('sha256', 'a secret of the test')
    .update(`${type}/${id}`)
    .digest('hex')
    .slice(0, 32)
}

function resource(value: Record<string, unknown>, fullUrl?: string): Resource {
  const parsed = parse(JSON.stringify(value))
  const base = { type: String(value['resourceType']), id: String(value['id']), value: parsed }
  return fullUrl === undefined ? base : { ...base, fullUrl }
}

function run(...values: Record<string, unknown>[]) {
  const { resources, report } = SafeHarbor.deidentify(
    values.map((value) => resource(value)),
    { rekey, asOf },
  )
  const plain = resources.map(({ value }) => JSON.parse(stringify(value)))
  return { resources, report, plain, text: JSON.stringify(plain) }
}

const definitions = structureDefinitions()
const types = [...definitions.values()]
  .filter(({ kind, abstract }) => kind === 'resource' && abstract !== true)
  .map(({ id }) => id)

const EVERY_PLANT = new Set(['Observation', 'Patient', 'MedicationRequest'])

for (const mode of ['plants', 'beside', 'modifiers'] satisfies Mode[]) {
  it(`no plant survives in any element of any R4 resource type (${mode})`, () => {
    assert.ok(types.length >= 146)
    for (const type of types) {
      assertNoPlant(type, PLANTS, mode)
      if (EVERY_PLANT.has(type)) for (const plant of PLANTS) assertNoPlant(type, [plant], mode)
    }
  })
}

function assertNoPlant(type: string, plants: readonly Plant[], mode: Mode): void {
  const planted = plantResource(definitions, type, plants, mode)
  const patient = { resourceType: 'Patient', id: 'self', birthDate: '1969-05-01' }
  const { resources, report, text } = run(...(type === 'Patient' ? [planted] : [patient, planted]))
  const lower = text.toLowerCase()
  const said = JSON.stringify(report).toLowerCase()
  for (const { name, traces } of plants) {
    for (const trace of traces) {
      assert.ok(!lower.includes(trace), `${name} survives in ${type}: ${excerpt(text, trace)}`)
      assert.ok(!said.includes(trace), `${name} stands in the report of ${type}`)
    }
  }
  assert.deepEqual(SafeHarbor.check(resources, { asOf }), [], type)
}

function excerpt(text: string, trace: string): string {
  const at = text.toLowerCase().indexOf(trace)
  return text.slice(Math.max(0, at - 120), at + 60)
}
