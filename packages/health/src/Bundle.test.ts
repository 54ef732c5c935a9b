import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { toPlain as plainError } from '@ambrosia/primitives/Errors'
import * as Limits from '@ambrosia/primitives/Limits'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import * as Bundle from './Bundle.ts'
import { canonicalBytes, type Resource } from './Resource.ts'

const patient = { resourceType: 'Patient', id: 'p' }
const bundle = (entry: unknown, type = 'collection'): string =>
  JSON.stringify({ resourceType: 'Bundle', type, entry })
const entries = (...resources: object[]): object[] => resources.map((resource) => ({ resource }))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

async function collect(source: AsyncIterable<Resource>): Promise<Resource[]> {
  const list: Resource[] = []
  for await (const resource of source) list.push(resource)
  return list
}

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('read', () => {
  it('reads each type of Bundle that holds a record', () => {
    for (const type of ['collection', 'document', 'searchset', 'transaction', 'batch']) {
      const record = Bundle.read(bundle(entries(patient), type))
      assert.equal(record.resources.length, 1, type)
      assert.equal(record.patient.id, 'p', type)
    }
  })

  it('reads bytes with and without a byte order mark, and gzip', () => {
    const text = bundle(entries(patient))
    const plain = utf8(text)
    const marked = utf8(`\ufeff${text}`)
    for (const input of [text, `\ufeff${text}`, plain, marked, gzipSync(plain), gzipSync(marked)]) {
      assert.equal(Bundle.read(input).patient.id, 'p')
    }
  })

  it('reads a single Patient', () => {
    assert.equal(Bundle.read(JSON.stringify(patient)).resources.length, 1)
  })

  it("leaves out a server's outcome and what carries no resource", () => {
    const searched = bundle(
      [
        { resource: patient, search: { mode: 'match' } },
        { resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } },
      ],
      'searchset',
    )
    assert.equal(Bundle.read(searched).resources.length, 1)
    const removal = { request: { method: 'DELETE', url: 'Observation/1' } }
    assert.equal(
      Bundle.read(bundle([{ resource: patient }, removal], 'transaction')).resources.length,
      1,
    )
  })

  it('takes the id from the fullUrl, or the position, where a resource has none', () => {
    const { resources } = Bundle.read(
      bundle([
        { resource: { resourceType: 'Patient' }, fullUrl: 'urn:uuid:aa' },
        { resource: { resourceType: 'Observation' } },
        { resource: { resourceType: 'Observation', id: '1' } },
      ]),
    )
    assert.deepEqual(
      resources.map(({ id }) => id),
      ['aa', '#1', '1'],
    )
  })

  it('refuses no or several Patients', () => {
    const two = bundle(entries(patient, { ...patient, id: 'q' }))
    const none = bundle(entries({ resourceType: 'Observation' }))
    for (const text of [two, none, bundle([]), bundle(undefined)]) {
      assert.throws(() => Bundle.read(text), { code: 'Bundle.PatientCount' })
    }
  })

  it('refuses Bundle types that are not a record', () => {
    for (const type of ['message', 'transaction-response', 'batch-response', 'x', '']) {
      assert.throws(() => Bundle.read(bundle(entries(patient), type)), {
        code: 'Bundle.TypeRefused',
      })
    }
    assert.throws(() => Bundle.read('{"resourceType":"Bundle"}'), { code: 'Bundle.TypeRefused' })
    assert.match(
      plainError(catchError(() => Bundle.read(bundle([], 'message')))).message,
      /Bundle\.type message is not read/,
    )
  })

  it('what is not FHIR names the path', () => {
    const cases: [string, string][] = [
      ['', '$'],
      ['<Bundle/>', '$'],
      ['[]', '$'],
      ['null', '$'],
      ['{"resourceType":"Bundle","resourceType":"Bundle"}', '$'],
      ['{}', '$.resourceType'],
      ['{"resourceType":7}', '$.resourceType'],
      ['{"resourceType":"Ptient"}', '$.resourceType'],
      ['{"resourceType":"Project"}', '$.resourceType'],
      [bundle({}), 'Bundle.entry'],
      [bundle([7]), 'Bundle.entry[0]'],
      [bundle([{ fullUrl: 'x' }]), 'Bundle.entry[0].resource'],
      [bundle([{ resource: patient }, { resource: 'x' }]), 'Bundle.entry[1].resource'],
      [bundle([{ resource: { ...patient, id: 7 } }]), 'Bundle.entry[0].resource.id'],
      [bundle([{ resource: patient, fullUrl: 7 }]), 'Bundle.entry[0].fullUrl'],
      [bundle(entries({ resourceType: 'Bundle', type: 'collection' })), 'Bundle.entry[0].resource'],
    ]
    for (const [text, path] of cases) {
      const error = catchError(() => Bundle.read(text)) as { code?: string; details?: object }
      assert.equal(error.code, 'Bundle.NotFhir', text)
      assert.deepEqual(error.details, { path }, text)
    }
    assert.throws(() => Bundle.read(Uint8Array.of(0x7b, 0xff, 0x7d)), { code: 'Bundle.NotFhir' })
  })

  it('refuses different content under one id or fullUrl', () => {
    assert.throws(() => Bundle.read(bundle(entries(patient, { ...patient, gender: 'male' }))), {
      code: 'Bundle.DuplicateId',
    })
    const url = { fullUrl: 'urn:uuid:1' }
    const other = { resource: { resourceType: 'Observation' }, ...url }
    assert.throws(() => Bundle.read(bundle([{ resource: patient, ...url }, other])), {
      code: 'Bundle.DuplicateId',
    })
  })

  it('refuses damaged and swelling gzip', () => {
    const bytes = gzipSync(utf8(bundle(entries(patient))))
    assert.throws(() => Bundle.read(bytes.subarray(0, bytes.length - 9)), { code: 'Bundle.Gzip' })
    const swelling = gzipSync(new Uint8Array(Limits.BUNDLE_SIZE_BYTES + 1))
    assert.throws(() => Bundle.read(swelling), { code: 'Bundle.TooLarge' })
  })

  it('no message holds a value of the file', () => {
    const secret = 'Zyxwvut'
    const texts = [
      `{"resourceType":"${secret}"}`,
      `{"resourceType":"Patient","name":"${secret}`,
      `{"resourceType":"Bundle","type":"${secret}"}`,
      `{"${secret}":1,"${secret}":2}`,
      bundle(entries(patient, { resourceType: 'Patient', id: secret })),
      bundle(entries({ ...patient, id: secret }, { ...patient, id: secret, gender: 'male' })),
    ]
    for (const text of texts) {
      const error = catchError(() => Bundle.read(text))
      assert.doesNotMatch(`${JSON.stringify(error)} ${String(error)}`, new RegExp(secret), text)
    }
  })
})

describe('limits', () => {
  it('depth', () => {
    const nested = (depth: number): string =>
      `{"resourceType":"Patient","extension":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    assert.equal(Bundle.read(nested(Limits.JSON_DEPTH)).patient.type, 'Patient')
    assert.throws(() => Bundle.read(nested(Limits.JSON_DEPTH + 2)), { code: 'Bundle.NotFhir' })
  })

  it('resources in a record', () => {
    const many = (count: number): string =>
      bundle([
        { resource: patient },
        ...Array.from({ length: count - 1 }, (_, i) => ({
          resource: { resourceType: 'Observation', id: `o${i}` },
        })),
      ])
    const limit = Limits.RECORD_RESOURCE_COUNT
    assert.equal(Bundle.read(many(limit)).resources.length, limit)
    assert.throws(() => Bundle.read(many(limit + 1)), { code: 'Bundle.TooLarge' })
  })

  it('bytes of a resource', () => {
    const sized = (size: number): Record<string, unknown> => {
      const empty = { ...patient, language: '' }
      return { ...patient, language: 'x'.repeat(size - CanonicalJson.encode(empty).length) }
    }
    const limit = Limits.RESOURCE_SIZE_BYTES
    assert.equal(canonicalBytes(Bundle.read(JSON.stringify(sized(limit))).patient).length, limit)
    assert.throws(() => Bundle.read(JSON.stringify(sized(limit + 1))), { code: 'Bundle.TooLarge' })
    // Two bytes a character: counted in bytes, not in characters.
    const wide = { ...patient, language: 'é'.repeat(limit / 2 + 1) }
    assert.throws(() => Bundle.read(JSON.stringify(wide)), { code: 'Bundle.TooLarge' })
  })

  it('bytes of a file', () => {
    const text = bundle(entries(patient))
    const padded = new Uint8Array(Limits.BUNDLE_SIZE_BYTES + 1).fill(0x20)
    padded.set(utf8(text))
    assert.equal(Bundle.read(padded.subarray(0, Limits.BUNDLE_SIZE_BYTES)).patient.id, 'p')
    assert.throws(() => Bundle.read(padded), { code: 'Bundle.TooLarge' })
  })
})

describe('resolve', () => {
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    contained: [{ resourceType: 'Device', id: 'd' }],
  }
  const record = Bundle.read(
    bundle([
      { resource: patient, fullUrl: 'https://example.org/fhir/Patient/p' },
      { resource: observation, fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
    ]),
  )
  const [first, second] = record.resources as [Resource, Resource]

  it('finds urn:uuid, absolute, relative, versioned and contained references', () => {
    assert.equal(record.resolve('urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'), second)
    assert.equal(record.resolve('https://example.org/fhir/Patient/p'), first)
    assert.equal(record.resolve('Patient/p'), first)
    assert.equal(record.resolve('Patient/p/_history/3'), first)
    assert.equal(record.resolve('https://elsewhere.example/Patient/p'), undefined)
    assert.equal(record.resolve('#d', second)?.type, 'Device')
    assert.equal(record.resolve('#', second), second)
  })

  it('finds nothing for what is elsewhere', () => {
    const elsewhere = ['', '#', '#d', 'Patient/q', 'urn:uuid:1', '#x', 'p', 'Observation/p', '/']
    for (const reference of elsewhere) assert.equal(record.resolve(reference), undefined, reference)
    assert.equal(record.resolve('#x', second), undefined)
  })
})

describe('NDJSON', () => {
  const text = `${JSON.stringify(patient)}\n\n{"resourceType":"Observation","valueInteger":7}\r\n{"resourceType":"Observation","id":"é"}`

  it('reads line by line whatever the chunks, plain and gzip', async () => {
    for (const bytes of [utf8(text), utf8(`${text}\n`), gzipSync(utf8(text))]) {
      for (const size of [1, 2, 3, 7, 1000]) {
        const resources = await collect(Bundle.readNdjson(chunks(bytes, size)))
        assert.deepEqual(
          resources.map(({ type, id }) => `${type}/${id}`),
          ['Patient/p', 'Observation/#2', 'Observation/é'],
        )
      }
    }
  })

  it('reads nothing from nothing, and a ReadableStream', async () => {
    assert.deepEqual(await collect(Bundle.readNdjson(chunks(utf8(''), 1))), [])
    const stream = new Blob([text]).stream()
    assert.equal((await collect(Bundle.readNdjson(stream))).length, 3)
  })

  it('names the line', async () => {
    const bad = utf8(`${JSON.stringify(patient)}\n{"resourceType":"Nothing"}\n`)
    await assert.rejects(collect(Bundle.readNdjson(chunks(bad, 5))), {
      code: 'Bundle.NotFhir',
      message: /line 2/,
    })
  })

  it('refuses cut gzip, wrong UTF-8, and a line past the limit', async () => {
    const cut = gzipSync(utf8(text.repeat(100))).subarray(0, 60)
    await assert.rejects(collect(Bundle.readNdjson(chunks(cut, 9))), { code: 'Bundle.Gzip' })
    const wrong = Uint8Array.of(0x7b, 0xff, 0x0a)
    await assert.rejects(collect(Bundle.readNdjson(chunks(wrong, 9))), { code: 'Bundle.NotFhir' })
    const long = new Uint8Array(Limits.BUNDLE_SIZE_BYTES + 1).fill(0x20)
    await assert.rejects(collect(Bundle.readNdjson(chunks(long, 1 << 20))), {
      code: 'Bundle.TooLarge',
    })
    const padding = 'x'.repeat(Limits.RESOURCE_SIZE_BYTES)
    const large = utf8(JSON.stringify({ ...patient, language: padding }))
    await assert.rejects(collect(Bundle.readNdjson(chunks(large, 65_536))), {
      code: 'Bundle.TooLarge',
    })
    // What is dropped anyway does not refuse the export.
    const binary = utf8(JSON.stringify({ resourceType: 'Binary', id: 'b', data: padding }))
    assert.equal((await collect(Bundle.readNdjson(chunks(binary, 65_536)))).length, 1)
    const fits = new Uint8Array(Limits.RESOURCE_SIZE_BYTES).fill(0x20)
    fits.set(utf8(JSON.stringify(patient)))
    assert.equal((await collect(Bundle.readNdjson(chunks(fits, 65_536)))).length, 1)
  })

  it('ends its source when the reader stops early', async () => {
    let isEnded = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield utf8(`${JSON.stringify(patient)}\n`)
      } finally {
        isEnded = true
      }
    }
    for await (const resource of Bundle.readNdjson(source())) {
      assert.equal(resource.id, 'p')
      break
    }
    assert.equal(isEnded, true)
  })
})

describe('write', () => {
  it('gives back what was read, digits verbatim', () => {
    const text =
      '{"entry":[{"fullUrl":"urn:uuid:1","resource":{"id":"p","resourceType":"Patient"}},{"resource":{"resourceType":"Observation","valueQuantity":{"value":6.40}}}],"resourceType":"Bundle","type":"collection"}'
    const { resources } = Bundle.read(text)
    assert.equal(new TextDecoder().decode(Bundle.write(resources)), text)
  })

  it('property: reading what was written gives the same bytes', () => {
    const decimal = fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.stringMatching(/^\d{1,8}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`)
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 5 }), fc.string(), (decimals, note) => {
        const quantities = decimals.map((text) => `{"value":${text}}`).join(',')
        const source = `{"resourceType":"Patient","note":${JSON.stringify(note.toWellFormed())},"list":[${quantities}]}`
        const once = Bundle.read(source).resources
        const written = Bundle.write(once)
        for (const text of decimals) assert.ok(new TextDecoder().decode(written).includes(text))
        assert.deepEqual(Bundle.write(Bundle.read(written).resources), written)
        assert.deepEqual(
          Bundle.readResources(Bundle.writeNdjson(once)).map(canonicalBytes),
          once.map(canonicalBytes),
        )
      }),
    )
  })
})

describe('published samples', () => {
  const files = (t: TestContext, folder: string): string[] => {
    const path = fixturePath(t, `fhir/${folder}`)
    if (path === null) return []
    return readdirSync(path)
      .filter((name) => name.endsWith('.json') && !name.startsWith('StructureDefinition'))
      .map((name) => join(path, name))
  }

  it('reads the two Synthea patients and the IPS documents, every reference inside found', (t) => {
    const paths = [...files(t, 'hl7-ips-2.0.0'), ...files(t, 'synthea-r4')]
    for (const path of paths.filter((one) => !one.includes('hospital'))) {
      const record = Bundle.read(readFileSync(path))
      assert.ok(record.resources.length >= 8, path)
      const again = Bundle.read(Bundle.write(record.resources))
      assert.deepEqual(
        again.resources.map(canonicalBytes),
        record.resources.map(canonicalBytes),
        path,
      )
    }
  })

  it('keeps the digits of the decimal example from file to canonical bytes', (t) => {
    const path = fixturePath(t, 'fhir/hl7-r4-examples/observation-decimal.json')
    if (path === null) return
    const source = readFileSync(path, 'utf8')
    const tokens = [...source.matchAll(/"value":\s*(-?[\d.eE+-]+)/g)].map((match) => match[1])
    assert.ok(tokens.length > 5, dirname(path))
    const [resource] = Bundle.readResources(source)
    const canonical = new TextDecoder().decode(canonicalBytes(resource as Resource))
    const kept = [...canonical.matchAll(/"value":(-?[\d.eE+-]+)/g)].map((match) => match[1])
    assert.deepEqual(kept.toSorted(), tokens.toSorted())
  })
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  assert.fail('expected an error')
}
