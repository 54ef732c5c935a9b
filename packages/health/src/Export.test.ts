import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import * as Bundle from './Bundle.ts'
import * as DataSetCard from './DataSetCard.ts'
import * as Export from './Export.ts'
import { readCsv } from './export/testing/readCsv.ts'
import type { Resource } from './Resource.ts'

const asOf = new Date('2026-05-01T00:00:00Z')
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const csv = (resources: readonly Resource[], view: Export.ViewDefinition): string =>
  text(Export.toCsv(Export.runView(view, resources, { asOf })))
const record = (...resources: string[]): Resource[] =>
  Bundle.readResources(
    `{"resourceType":"Bundle","type":"collection","entry":[${resources
      .map((one) => `{"resource":${one}}`)
      .join(',')}]}`,
  )

const sample = record(
  '{"resourceType":"Patient","id":"p","name":[{"use":"official","family":"A","given":["X","Y"]},{"family":"B"}],"active":true}',
  '{"resourceType":"Patient","id":"q","active":false}',
  '{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"code":"1"}]},"subject":{"reference":"Patient/p"},"valueQuantity":{"value":6.40},"component":[{"code":{"coding":[{"code":"2"}]},"valueQuantity":{"value":1.0E-2}},{"code":{"coding":[{"code":"3"}]},"valueInteger":7}]}',
)

describe('runView', () => {
  it('column and where', () => {
    const view = {
      resource: 'Patient',
      where: [{ path: 'active = true' }],
      select: [{ column: [{ name: 'id', path: 'getResourceKey()' }] }],
    }
    assert.equal(csv(sample, view), 'id\r\np\r\n')
  })

  it('forEach, forEachOrNull and nested select', () => {
    const view = (each: 'forEach' | 'forEachOrNull'): Export.ViewDefinition => ({
      resource: 'Patient',
      select: [
        { column: [{ name: 'id', path: 'id' }] },
        {
          [each]: 'name',
          column: [{ name: 'family', path: 'family' }],
          select: [{ forEachOrNull: 'given', column: [{ name: 'given', path: '$this' }] }],
        },
      ],
    })
    const named = 'id,family,given\r\np,A,X\r\np,A,Y\r\np,B,\r\n'
    assert.equal(csv(sample, view('forEach')), named)
    assert.equal(csv(sample, view('forEachOrNull')), `${named}q,,\r\n`)
  })

  it('unionAll, constants and keys', () => {
    const view: Export.ViewDefinition = {
      resource: 'Observation',
      constant: [{ name: 'wanted', valueCode: 'final' }],
      where: [{ path: 'status = %wanted' }],
      select: [
        { column: [{ name: 'patient', path: 'subject.getReferenceKey(Patient)' }] },
        {
          unionAll: [
            { column: [{ name: 'code', path: 'code.coding.code' }] },
            { forEach: 'component', column: [{ name: 'code', path: 'code.coding.code' }] },
          ],
        },
      ],
    }
    assert.equal(csv(sample, view), 'patient,code\r\np,1\r\np,2\r\np,3\r\n')
    const other = 'subject.getReferenceKey(Group)'
    const column = [{ name: 'group', path: other }]
    assert.equal(csv(sample, { resource: 'Observation', select: [{ column }] }), 'group\r\n\r\n')
  })

  it('constants of every kind compare with elements of their type', () => {
    const resources = record(
      '{"resourceType":"Observation","id":"o1","effectiveInstant":"2015-02-07T13:28:17.239+02:00","valueTime":"18:12:00","issued":"2015-02-07T11:28:17.239Z"}',
      '{"resourceType":"DetectedIssue","id":"di1","identifiedDateTime":"2016-11-12"}',
      '{"resourceType":"Patient","id":"pt1","birthDate":"1978-03-12","multipleBirthInteger":2}',
      '{"resourceType":"Device","id":"d1","udiCarrier":[{"carrierAIDC":"aGVsbG8K"}]}',
    )
    const cases: [string, string, object, string][] = [
      [
        'Observation',
        'effective.ofType(instant) = %c',
        { valueInstant: '2015-02-07T13:28:17.239+02:00' },
        'true',
      ],
      [
        'Observation',
        'effective.ofType(instant) = %c',
        { valueInstant: '2015-02-07T13:28:17.240+02:00' },
        'false',
      ],
      ['Observation', 'value.ofType(time) = %c', { valueTime: '18:12:00' }, 'true'],
      ['Observation', 'value.ofType(time) < %c', { valueTime: '18:11:00' }, 'false'],
      [
        'DetectedIssue',
        'identified.ofType(dateTime) = %c',
        { valueDateTime: '2016-11-12' },
        'true',
      ],
      [
        'DetectedIssue',
        'identified.ofType(dateTime) > %c',
        { valueDateTime: '2016-11-12' },
        'false',
      ],
      ['Patient', 'birthDate = %c', { valueDate: '1978-03-12' }, 'true'],
      ['Patient', 'birthDate < %c', { valueDate: '1978-03-12' }, 'false'],
      ['Patient', 'multipleBirth.ofType(integer) = %c', { valueInteger: 2 }, 'true'],
      ['Patient', 'multipleBirth.ofType(integer) < %c', { valueDecimal: 2.5 }, 'true'],
      ['Patient', 'active = %c', { valueBoolean: true }, ''],
      ['Device', 'udiCarrier.first().carrierAIDC = %c', { valueBase64Binary: 'aGVsbG8K' }, 'true'],
      ['Device', "udiCarrier.carrierAIDC.join('-') & %c", { valueString: '!' }, 'aGVsbG8K!'],
    ]
    for (const [resource, path, constant, expected] of cases) {
      const view = {
        resource,
        constant: [{ name: 'c', ...constant }],
        select: [{ column: [{ name: 'x', path }] }],
      }
      assert.equal(csv(resources, view), `x\r\n${expected}\r\n`, path)
    }
    const hostile = [{ name: 'c', valueDate: '2020-01-01 | resolve()' }]
    const column = [{ name: 'x', path: 'birthDate = %c' }]
    assert.throws(
      () => csv(resources, { resource: 'Patient', constant: hostile, select: [{ column }] }),
      {
        code: 'View.Invalid',
      },
    )
  })

  it('a reference by urn:uuid has the key of the resource that it names', () => {
    const resources = Bundle.readResources(
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'p' } },
          { resource: { resourceType: 'Observation', subject: { reference: 'urn:uuid:1' } } },
        ],
      }),
    )
    const column = [{ name: 'patient', path: 'subject.getReferenceKey()' }]
    assert.equal(
      csv(resources, { resource: 'Observation', select: [{ column }] }),
      'patient\r\np\r\n',
    )
  })

  it('decimals keep their digits, also inside forEach, and %resource is the resource', () => {
    const view: Export.ViewDefinition = {
      resource: 'Observation',
      select: [
        { column: [{ name: 'whole', path: 'value.ofType(Quantity).value', type: 'decimal' }] },
        {
          forEach: 'component',
          column: [
            { name: 'part', path: 'value.ofType(Quantity).value', type: 'decimal' },
            { name: 'n', path: 'value.ofType(integer)', type: 'integer' },
            { name: 'of', path: '%resource.id' },
          ],
        },
      ],
    }
    assert.equal(csv(sample, view), 'whole,part,n,of\r\n6.40,1.0E-2,,o\r\n6.40,,7,o\r\n')
  })

  it('collections are lists; several values elsewhere are refused', () => {
    const view = (collection: boolean): Export.ViewDefinition => ({
      resource: 'Patient',
      select: [{ column: [{ name: 'given', path: 'name.given', collection }] }],
    })
    assert.equal(csv(sample, view(true)), 'given\r\n"[""X"",""Y""]"\r\n[]\r\n')
    assert.throws(() => csv(sample, view(false)), { code: 'View.SeveralValues' })
  })

  it('refuses views that are wrong', () => {
    const column = [{ name: 'a', path: 'id' }]
    const wrong: [object, string][] = [
      [{ select: [{ column }] }, 'View.Invalid'],
      [{ resource: 'Patient' }, 'View.Invalid'],
      [{ resource: 'Patient', select: [] }, 'View.Invalid'],
      [{ resource: 'Patient', select: [{ column }, { column }] }, 'View.Invalid'],
      [
        { resource: 'Patient', select: [{ column: [{ name: 'a b', path: 'id' }] }] },
        'View.Invalid',
      ],
      [{ resource: 'Patient', select: [{ column: [{ name: 'a' }] }] }, 'View.Invalid'],
      [
        {
          resource: 'Patient',
          select: [{ unionAll: [{ column }, { column: [{ name: 'b', path: 'id' }] }] }],
        },
        'View.Invalid',
      ],
      [{ resource: 'Patient', where: [{ path: 'id' }], select: [{ column }] }, 'View.Invalid'],
      [{ resource: 'Patient', constant: [{ name: 'x' }], select: [{ column }] }, 'View.Invalid'],
      [
        {
          resource: 'Patient',
          select: [{ column: [{ name: 'a', path: 'link.other.resolve()' }] }],
        },
        'Predicate.FunctionNotAllowed',
      ],
      [
        { resource: 'Patient', select: [{ column: [{ name: 'a', path: '%secret' }] }] },
        'Predicate.NotAllowed',
      ],
    ]
    for (const [view, code] of wrong) {
      assert.throws(
        () => csv(sample, view as Export.ViewDefinition),
        { code },
        JSON.stringify(view),
      )
    }
  })
})

describe('toCsv', () => {
  it('property: every cell comes back', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('a,b', '"', '\r\n', '\n', '', ' ', '=1+1', "'=1", '-x', ' @a'),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const columns = ['a', 'b'].map((name) => ({ name, path: name }))
        const written = readCsv(Export.toCsv({ name: 't', columns, rows }))
        assert.deepEqual(
          written.map((row) => [row.get('a'), row.get('b')]),
          rows,
        )
      }),
    )
  })
})

describe('toParquet', () => {
  it('comes back with types, nulls and the digits of decimals', async () => {
    const view: Export.ViewDefinition = {
      resource: 'Patient',
      select: [
        {
          column: [
            { name: 'id', path: 'id' },
            { name: 'active', path: 'active', type: 'boolean' },
            { name: 'names', path: 'name.count()', type: 'integer' },
            { name: 'family', path: 'name.first().family' },
          ],
        },
      ],
    }
    const read = async (of: Export.ViewDefinition): Promise<unknown> => {
      const bytes = Export.toParquet(Export.runView(of, sample, { asOf }))
      return parquetReadObjects({ file: bytes.buffer as ArrayBuffer })
    }
    assert.deepEqual(await read(view), [
      { id: 'p', active: true, names: 2, family: 'A' },
      { id: 'q', active: false, names: 0, family: null },
    ])
    const column = [{ name: 'value', path: 'value.ofType(Quantity).value', type: 'decimal' }]
    assert.deepEqual(await read({ resource: 'Observation', select: [{ column }] }), [
      { value: 6.4, value_text: '6.40' },
    ])
  })

  it('a table without rows', async () => {
    const bytes = Export.toParquet({ name: 't', columns: [{ name: 'a', path: 'a' }], rows: [] })
    assert.deepEqual(await parquetReadObjects({ file: bytes.buffer as ArrayBuffer }), [])
  })
})

describe('published samples', () => {
  it('the decimal example keeps its digits to Bundle, NDJSON and table', (t) => {
    const path = fixturePath(t, 'fhir/hl7-r4-examples/observation-decimal.json')
    if (path === null) return
    const source = readFileSync(path, 'utf8')
    const tokens = [...source.matchAll(/"value":\s*(-?[\d.eE+-]+)/g)].map((match) => match[1])
    const resources = Bundle.readResources(source)
    const column = [{ name: 'value', path: 'value.ofType(Quantity).value', type: 'decimal' }]
    const view = {
      resource: 'Observation',
      select: [{ unionAll: [{ column }, { forEach: 'component', column }] }],
    }
    const cells = csv(resources, view).trim().split('\r\n').slice(1)
    assert.deepEqual(
      cells.filter((cell) => cell !== ''),
      tokens,
    )
    for (const bytes of [Export.toBundle(resources), Export.toNdjson(resources)]) {
      for (const token of tokens) assert.ok(text(bytes).includes(`"value":${token}`), token)
    }
  })

  it('the built-in tables hold every resource of a Synthea patient', (t) => {
    const path = fixturePath(
      t,
      'fhir/synthea-r4/Carolee951_Sanford861_d88f994a-5efa-421d-9c40-5f116d2114a6.json',
    )
    if (path === null) return
    const { resources, patient } = Bundle.read(readFileSync(path))
    for (const table of Export.tables([resources], { asOf })) {
      const view = Export.DEFAULT_VIEWS.find((one) => one.name === table.name)
      const ids = new Set(
        resources.filter(({ type }) => type === view?.resource).map(({ id }) => id),
      )
      assert.deepEqual(new Set(table.rows.map(([id]) => id)), ids, table.name)
      const at = table.columns.findIndex(({ name }) => name === 'patient')
      if (at < 0) continue
      for (const row of table.rows) assert.equal(row[at], patient.id, table.name)
    }
  })
})

describe('DataSetCard', () => {
  const card = (records: Resource[][], scores?: number[]): DataSetCard.DataSetCard =>
    DataSetCard.create({
      title: 'A | <b>',
      records,
      asOf,
      ...(scores === undefined ? {} : { scores }),
      terms: { purpose: 'DUO:0000007' },
      proof: { deal: '0x01' },
    })
  const of = (id: string, code: string, date: string): string =>
    `{"resourceType":"Observation","id":"${id}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"effectiveDateTime":"${date}","valueString":"Zyxwvut"}`

  it('counts records, resources, codes and periods, and holds no value', () => {
    const records = [record(of('a', '1', '2019'), of('b', '1', '2021')), record(of('c', '2', ''))]
    const made = card(records, [80, 60, 90])
    assert.equal(made.records, 2)
    assert.equal(made.resources, 3)
    assert.deepEqual([made.startYear, made.endYear], [2019, 2021])
    assert.deepEqual(made.types, [{ type: 'Observation', resources: 3, records: 2 }])
    assert.deepEqual(
      made.codes.map(({ code, resources, records, startYear, endYear }) => [
        code,
        resources,
        records,
        startYear,
        endYear,
      ]),
      [
        ['1', 2, 1, 2019, 2021],
        ['2', 1, 1, 0, 0],
      ],
    )
    assert.deepEqual(made.quality, { minimum: 60, median: 80, maximum: 90 })
    assert.deepEqual(card(records.toReversed(), [90, 80, 60]), made)
    assert.doesNotMatch(JSON.stringify(made) + DataSetCard.toMarkdown(made), /Zyxwvut/)
  })

  it('as Markdown: no text breaks a table or makes markup', () => {
    const made = card([record(of('a', '1|<script>', '2019'))])
    const markdown = DataSetCard.toMarkdown(made)
    assert.match(markdown, /^# A \\\| \\<b\\>\n/)
    assert.match(markdown, /\| 1\\\|\\<script\\> \|/)
    assert.match(markdown, /- deal: 0x01\n$/)
    assert.match(markdown, /Not scored\./)
  })

  it('of nothing', () => {
    const made = card([])
    assert.deepEqual([made.records, made.startYear, made.endYear], [0, 0, 0])
    assert.match(DataSetCard.toMarkdown(made), /undated/)
  })
})
