import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bundle from '../Bundle.ts'
import { AMBROSIA_CORE_2 } from '../ClaimProfile.ts'
import * as Claims from '../Claims.ts'
import type { Resource } from '../Resource.ts'

/** Identity, requests, histories and encodings. */

type Json = Record<string, unknown>
const bundle = (type: string, entry: Json[], more: Json = {}): string =>
  JSON.stringify({ resourceType: 'Bundle', type, entry, ...more })
const patient: Json = { resourceType: 'Patient', id: 'p', gender: 'female' }
const A = 'https://a.example/fhir'
const B = 'https://b.example/fhir'
const observation = (id: string, more: Json = {}): Json => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: 'Patient/p' },
  ...more,
})
const at = (base: string, resource: Json): Json => ({
  fullUrl: `${base}/${resource['resourceType']}/${resource['id']}`,
  resource,
})
const idsOf = (resources: readonly Resource[]): string[] => resources.map(({ id }) => id)

describe('identity', () => {
  it('one logical id on two servers is two resources, and relative references stay on their server', () => {
    const record = Bundle.read(
      bundle('collection', [
        at(A, patient),
        at(A, observation('1', { hasMember: [{ reference: 'Observation/2' }] })),
        at(A, observation('2')),
        at(B, observation('1', { hasMember: [{ reference: 'Observation/2' }] })),
        at(B, observation('2')),
      ]),
    )
    assert.equal(record.resources.length, 5)
    const [, a1, a2, b1, b2] = record.resources
    assert.equal(record.resolve('Observation/2', a1), a2)
    assert.equal(record.resolve('Observation/2', b1), b2)
    assert.equal(record.resolve('Observation/2'), undefined)
    assert.equal(record.resolve('Patient/p', b1), undefined)
    assert.equal(record.resolve(`${B}/Observation/2/_history/3`, a1), b2)
  })

  it('what comes with every page is one, and its URL may be written in several ways', () => {
    const again = { fullUrl: 'HTTP://A.example/fhir/Patient/p', resource: patient }
    const twice = Bundle.readResources(bundle('searchset', [at(A, patient), again]))
    assert.equal(twice.length, 1)
    const pages = [1, 2].map((page) =>
      Bundle.readResources(bundle('searchset', [at(A, observation(`o${page}`)), at(A, patient)])),
    )
    assert.deepEqual(idsOf(Bundle.merge(pages.flat())), ['o1', 'p', 'o2'])
  })

  it('of the fixture: two pages are one record', (t) => {
    const files = ['field/searchset-page-1.json', 'field/searchset-page-2.json'].map((name) =>
      fixturePath(t, name),
    )
    const pages = files.flatMap((file) => (file === null ? [] : [readFileSync(file)]))
    if (pages.length < 2) return
    const merged = Bundle.merge(pages.flatMap((page) => Bundle.readResources(page)))
    assert.deepEqual(idsOf(merged), ['o1', 'p1', 'o2'])
    Bundle.toRecord(merged)
  })

  it('a resource without a URL that is equal to one with a URL is that one', () => {
    const merged = Bundle.merge([
      ...Bundle.readResources(bundle('searchset', [at(A, patient)])),
      ...Bundle.readResources(JSON.stringify(patient)),
      ...Bundle.readResources(JSON.stringify({ ...patient, id: 'q' })),
    ])
    assert.deepEqual(idsOf(merged), ['p', 'q'])
  })

  it('resources without any name stay apart, in whatever files they are', () => {
    const nameless = bundle('collection', [{ resource: { resourceType: 'Observation' } }])
    const merged = Bundle.merge([
      ...Bundle.readResources(nameless),
      ...Bundle.readResources(nameless),
    ])
    assert.equal(new Set(idsOf(merged)).size, 2)
  })

  it('refuses different content under one identity, without a word of it', () => {
    const other = { ...patient, gender: 'male' }
    for (const entry of [
      [at(A, patient), at(A, other)],
      [at(A, patient), { ...at('http://a.example/fhir', other) }],
      [{ resource: patient }, { resource: other }],
      [
        { fullUrl: 'urn:uuid:AB', resource: patient },
        { fullUrl: 'urn:uuid:ab', resource: observation('x') },
      ],
    ]) {
      assert.throws(() => Bundle.readResources(bundle('collection', entry)), {
        code: 'Bundle.DuplicateId',
      })
    }
  })
})

describe('assertReadable', () => {
  it('accepts what comes back as it was', () => {
    const { resources } = Bundle.read(
      bundle('collection', [at(A, patient), at(A, observation('1'))]),
    )
    assert.doesNotThrow(() => Bundle.assertReadable(Bundle.write(resources), resources))
  })

  it('refuses resources that would meet under one name, or references that would lead nowhere', () => {
    const { resources } = Bundle.read(
      bundle('collection', [at(A, patient), at(A, observation('1')), at(B, observation('1'))]),
    )
    const bare = resources.map(({ type, id, value }) => ({ type, id, value }))
    assert.throws(() => Bundle.assertReadable(Bundle.write(bare), resources), {
      code: 'Bundle.Unreadable',
    })
    const urn = 'urn:uuid:0b8a3c5e-1111-4222-8333-444455556666'
    const record = Bundle.read(
      bundle('collection', [
        { fullUrl: urn, resource: { resourceType: 'Patient' } },
        { resource: observation('1', { subject: { reference: urn } }) },
      ]),
    ).resources
    const lost = record.map(({ type, id, value }) => ({ type, id, value }))
    assert.throws(() => Bundle.assertReadable(Bundle.write(lost), record), {
      code: 'Bundle.Unreadable',
    })
    assert.throws(() => Bundle.assertReadable('{', record), { code: 'Bundle.Unreadable' })
    assert.throws(() => Bundle.assertReadable(Bundle.write(record.slice(1)), record), {
      code: 'Bundle.Unreadable',
    })
  })
})

describe('requests', () => {
  const put = (resource: Json): Json => ({
    ...at(A, resource),
    request: { method: 'PUT', url: `${resource['resourceType']}/${resource['id']}` },
  })
  const patch = (url: string, resource: Json): Json => ({
    fullUrl: `${A}/x`,
    resource,
    request: { method: 'PATCH', url },
  })

  it('that carry no resource are left out', () => {
    const parameters = { resourceType: 'Parameters', parameter: [] }
    const entries = [
      put(patient),
      patch('Observation/elsewhere', parameters),
      patch('Observation/elsewhere', { resourceType: 'Binary', data: 'W10=' }),
      { resource: parameters, request: { method: 'POST', url: 'Patient/$match' } },
      { resource: parameters, request: { method: 'POST', url: 'Observation/_search' } },
      { request: { method: 'GET', url: 'Patient/p' } },
      { request: { method: 'DELETE', url: 'Observation/gone' } },
    ]
    assert.deepEqual(idsOf(Bundle.readResources(bundle('transaction', entries))), ['p'])
  })

  it('that change a resource of the same Bundle are refused, in words', () => {
    const parameters = { resourceType: 'Parameters', parameter: [] }
    for (const request of [
      patch('Observation/1', parameters),
      patch(`${A}/Observation/1`, parameters),
      { request: { method: 'DELETE', url: 'Observation/1' } },
    ]) {
      const text = bundle('transaction', [put(patient), put(observation('1')), request])
      assert.throws(() => Bundle.readResources(text), {
        code: 'Bundle.RequestRefused',
        message: /entry 2 is a (?:PATCH|DELETE)/,
      })
    }
  })

  it('of the fixture: the patch is left out or the Bundle refused', (t) => {
    const path = fixturePath(t, 'field/transaction-patch.json')
    if (path === null) return
    assert.throws(() => Bundle.read(readFileSync(path)), { code: 'Bundle.RequestRefused' })
  })
})

describe('history', () => {
  const version = (id: string, lastUpdated: string | undefined, more: Json = {}): Json => {
    const meta = lastUpdated === undefined ? {} : { meta: { lastUpdated } }
    return {
      ...at(A, observation(id, { ...meta, ...more })),
      request: { method: 'PUT', url: `Observation/${id}` },
    }
  }
  const deletion = (id: string, lastModified?: string): Json => ({
    fullUrl: `${A}/Observation/${id}`,
    request: { method: 'DELETE', url: `Observation/${id}` },
    ...(lastModified === undefined ? {} : { response: { status: '204', lastModified } }),
  })
  const read = (...entry: Json[]): Json[] =>
    Bundle.readResources(bundle('history', entry)).map(
      ({ value }) => JSON.parse(JSON.stringify(value)) as Json,
    )

  it('gives the newest version of each resource, by time before place', () => {
    const [only, ...rest] = read(
      version('1', '2024-01-01T00:00:00Z', { status: 'registered' }),
      version('1', '2024-03-01T00:00:00Z', { status: 'amended' }),
      version('1', '2024-02-01T00:00:00Z', { status: 'final' }),
    )
    assert.equal(rest.length, 0)
    assert.equal(only?.['status'], 'amended')
  })

  it('takes the first where versions tell no time, and the highest number before it', () => {
    assert.equal(
      read(version('1', undefined, { status: 'amended' }), version('1', undefined))[0]?.['status'],
      'amended',
    )
    const numbered = (versionId: string, status: string): Json =>
      at(A, observation('1', { meta: { versionId }, status }))
    assert.equal(read(numbered('9', 'final'), numbered('10', 'amended'))[0]?.['status'], 'amended')
  })

  it('honours deletions, and what came after them', () => {
    const old = version('1', '2024-01-01T00:00:00Z')
    assert.deepEqual(read(deletion('1', '2024-02-01T00:00:00Z'), old), [])
    assert.deepEqual(read(old, deletion('1', '2024-02-01T00:00:00Z')), [])
    assert.equal(read(deletion('1', '2023-12-01T00:00:00Z'), old).length, 1)
    assert.deepEqual(read(deletion('1'), version('1', undefined)), [])
    const relative = { request: { method: 'DELETE', url: 'Observation/1' } }
    assert.deepEqual(read(relative, version('1', undefined)), [])
  })

  it('refuses a page of a history, and a patch in one', () => {
    const link = [{ relation: 'next', url: 'https://a.example/next' }]
    assert.throws(() => Bundle.readResources(bundle('history', [], { link })), {
      code: 'Bundle.PagedHistory',
    })
    const patch = {
      resource: { resourceType: 'Parameters' },
      request: { method: 'PATCH', url: 'Observation/1' },
    }
    assert.throws(() => read(patch), { code: 'Bundle.NotFhir' })
  })
})

describe('encodings', () => {
  const utf16 = (text: string, isBigEndian: boolean): Uint8Array => {
    const bytes = new Uint8Array(Buffer.from(text, 'utf16le'))
    return isBigEndian ? bytes.map((_, i) => bytes[i ^ 1] as number) : bytes
  }
  const text = bundle('collection', [{ resource: { ...patient, name: [{ text: 'Žofie 𝒮' }] } }])

  it('UTF-16 of both orders is read, with and without a mark', () => {
    const plain = Bundle.read(text).patient.value
    for (const isBigEndian of [true, false]) {
      for (const mark of ['', '\ufeff']) {
        assert.deepEqual(Bundle.read(utf16(mark + text, isBigEndian)).patient.value, plain)
      }
    }
  })

  it('as NDJSON too, whatever the chunks', async () => {
    async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < bytes.length; i += 3) yield bytes.subarray(i, i + 3)
    }
    const lines = `\ufeff${JSON.stringify(patient)}\n${JSON.stringify(observation('1'))}\n`
    for (const isBigEndian of [true, false]) {
      const found: string[] = []
      for await (const { id } of Bundle.readNdjson(chunks(utf16(lines, isBigEndian))))
        found.push(id)
      assert.deepEqual(found, ['p', '1'])
    }
  })

  it('refuses damaged UTF-16', () => {
    const damaged = utf16(text, false).slice(0, -1)
    assert.throws(() => Bundle.read(damaged), { code: 'Bundle.NotFhir' })
  })
})

describe('other versions of FHIR', () => {
  it('types of R4B and R5 are named as such', () => {
    const cases = { Citation: 'R4B', Transport: 'R5', DeviceUsage: 'R5' }
    for (const [type, version] of Object.entries(cases)) {
      assert.throws(() => Bundle.read(JSON.stringify({ resourceType: type })), {
        code: 'Bundle.NotFhir',
        message: new RegExp(`${type} is a resource type of FHIR ${version}`),
      })
    }
  })
})

describe('code systems by OID', () => {
  it('give claims as those by URL', () => {
    const value = { value: 7.1, system: 'urn:oid:2.16.840.1.113883.6.8', code: '%' }
    const coding = [{ system: 'urn:oid:2.16.840.1.113883.6.1', code: '4548-4' }]
    const result = observation('1', {
      code: { coding },
      effectiveDateTime: '2024',
      valueQuantity: value,
    })
    const { resources } = Bundle.read(bundle('collection', [at(A, patient), at(A, result)]))
    const asOf = new Date('2026-05-01T00:00:00Z')
    assert.equal(Claims.derive(resources, AMBROSIA_CORE_2, { asOf })['hba1c'], 71)
  })
})

describe('size', () => {
  it('what is dropped anyway does not refuse a record', () => {
    const binary = { resourceType: 'Binary', id: 'b', data: 'A'.repeat(8 * 1024 * 1024) }
    const { resources } = Bundle.read(bundle('collection', [at(A, patient), { resource: binary }]))
    assert.equal(resources.length, 2)
  })
})
