import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toPlain as plainError } from '@ambrosia/primitives/Errors'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bundle from './Bundle.ts'
import * as Predicate from './Predicate.ts'
import { ALLOWED_FUNCTIONS } from './predicate/allowed.ts'
import type { FhirResource } from './Resource.ts'

type Vectors = {
  bundle: FhirResource
  valid: { asOf: string; expression: string; verdict: boolean }[]
  invalid: { expression: string; code: string }[]
}
const vectorsPath = fileURLToPath(
  new URL('../../../vectors/health/predicates.json', import.meta.url),
)
const vectors = JSON.parse(readFileSync(vectorsPath, 'utf8')) as Vectors
const asOf = new Date('2026-05-01T00:00:00Z')
const holds = (expression: string, bundle = vectors.bundle): boolean =>
  Predicate.evaluate(Predicate.compile(expression), bundle, { asOf })

describe('vectors', () => {
  it('every verdict', () => {
    for (const { asOf, expression, verdict } of vectors.valid) {
      const predicate = Predicate.compile(expression)
      const options = { asOf: new Date(asOf) }
      assert.equal(Predicate.evaluate(predicate, vectors.bundle, options), verdict, expression)
    }
  })

  it('every refusal', () => {
    for (const { expression, code } of vectors.invalid) {
      assert.throws(() => Predicate.compile(expression), { code }, expression)
    }
  })

  it('the same verdicts in every time zone', () => {
    for (const zone of ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Kolkata']) {
      const script = `
        import * as Predicate from ${JSON.stringify(new URL('./Predicate.ts', import.meta.url).href)}
        import { readFileSync } from 'node:fs'
        const { bundle, valid } = JSON.parse(readFileSync(${JSON.stringify(vectorsPath)}, 'utf8'))
        const wrong = valid.filter(({ asOf, expression, verdict }) =>
          Predicate.evaluate(Predicate.compile(expression), bundle, { asOf: new Date(asOf) }) !== verdict)
        process.stdout.write(JSON.stringify(wrong.map((one) => one.expression)))`
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
      })
      assert.equal(child.stderr, '', zone)
      assert.equal(child.stdout, '[]', zone)
    }
  })
})

describe('compile', () => {
  it('takes a length at the limit and refuses one past it', () => {
    const sized = (length: number): string => `'${'x'.repeat(length - 8)}' = ''`
    const limit = Predicate.EXPRESSION_LENGTH
    assert.equal(sized(limit).length - limit, -1)
    Predicate.compile(`${sized(limit)} `)
    assert.throws(() => Predicate.compile(`${sized(limit)}  `), { code: 'Predicate.TooLong' })
  })

  it('refuses too deep nesting and too large a size', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}true${')'.repeat(depth)}`
    Predicate.compile(nested(20))
    assert.throws(() => Predicate.compile(nested(101)), { code: 'Predicate.Syntax' })
    assert.throws(() => Predicate.compile(nested(1000)), { code: 'Predicate.Syntax' })
    assert.throws(() => Predicate.compile(nested(99)), { code: 'Predicate.TooComplex' })
    assert.throws(() => Predicate.compile(`1${'+1'.repeat(900)}`), {
      code: 'Predicate.TooComplex',
    })
  })

  it('allows every function of the list that the engine has, and no other', () => {
    for (const [name, [count = 0]] of Object.entries(ALLOWED_FUNCTIONS)) {
      const parameters = Array.from({ length: count }, () =>
        /^(as|is|ofType)$/.test(name) ? 'Quantity' : name === 'valueIn' ? "'1'" : '1',
      )
      Predicate.compile(`Bundle.${name}(${parameters.join(', ')})`)
      assert.throws(() => Predicate.compile(`Bundle.${name}(1, 2, 3, 4)`), {
        code: 'Predicate.Arity',
      })
    }
    for (const name of ['constructor', 'toLocaleString', '__proto__', 'hasOwnProperty']) {
      assert.throws(() => Predicate.compile(`Bundle.${name}()`), {
        code: 'Predicate.FunctionNotAllowed',
      })
    }
  })
})

describe('evaluate', () => {
  it('is false for nothing, for several values and for what is not a boolean', () => {
    const expressions = ['{}', 'Bundle.nothing', '(true | false)', "'true'", '1', 'Bundle.entry']
    for (const expression of expressions) assert.equal(holds(expression), false, expression)
    assert.equal(holds('true'), true)
  })

  it('leaves clock and console as they were, also after a failure', () => {
    const { Date: date } = globalThis
    const { warn, log } = console
    assert.throws(() => holds('(1 | 2).single()'), { code: 'Predicate.Failed' })
    assert.equal(globalThis.Date, date)
    assert.equal(console.warn, warn)
    assert.equal(console.log, log)
  })

  it('a failure holds no value of the record', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Patient', gender: 'Zyxwvut', id: 'Zyxwvut' } }],
    }
    const expressions = [
      'Bundle.entry.resource.gender + 1',
      'Bundle.entry.resource.gender > 4',
      '(Bundle.entry.resource.gender | Bundle.entry.resource.birthDate | 1).single()',
      'Bundle.entry.resource.gender.toDate() + 0.5 days',
    ]
    for (const expression of expressions) {
      let error: unknown
      try {
        holds(expression, bundle)
      } catch (thrown) {
        error = thrown
      }
      assert.doesNotMatch(`${JSON.stringify(plainError(error))}${error}`, /Zyxwvut/, expression)
      assert.equal((error as Error | undefined)?.cause, undefined)
    }
  })

  it('does not change the record', () => {
    const before = JSON.stringify(vectors.bundle)
    for (const { expression } of vectors.valid) holds(expression)
    assert.equal(JSON.stringify(vectors.bundle), before)
  })
})

describe('functions of ours', () => {
  const result = (id: string, value: object, more: object = {}): object => ({
    resource: {
      resourceType: 'Observation',
      id,
      status: 'final',
      valueQuantity: { system: 'http://unitsofmeasure.org', ...value },
      ...more,
    },
  })
  const bundle = {
    resourceType: 'Bundle',
    entry: [
      result('a', { value: 7.1, code: '%{HemoglobinA1C}' }),
      result('b', { value: 12.9, code: '%' }, { status: 'cancelled' }),
      result('c', { value: 14, code: '%', comparator: '>' }),
      result('d', { value: 53, code: 'mmol/mol' }),
      result('e', { value: 1.1, code: 'g/L' }),
      result('f', { value: 9, unit: '%' }, { modifierExtension: [{ url: 'urn:x' }] }),
    ],
  }
  const run = (expression: string): unknown[] =>
    Predicate.compile(expression)
      .run(bundle, { asOf })
      .map((node) => (node as { data?: unknown } | null)?.data ?? node)

  it('stated() keeps what the modifiers let stand', () => {
    assert.deepEqual(run('Bundle.entry.resource.stated().id'), ['a', 'c', 'd', 'e'])
    assert.deepEqual(run('Bundle.entry.stated()'), [])
  })

  it('valueIn() gives values in a unit that measures the same, and no limits', () => {
    const values = 'Bundle.entry.resource.stated().value.ofType(Quantity)'
    assert.deepEqual(run(`${values}.valueIn('%')`), [7.1])
    assert.deepEqual(run(`${values}.valueIn('mg/dL')`), [110])
    assert.deepEqual(run(`${values}.valueIn('furlong')`), [])
    assert.deepEqual(run(`${values}.valueIn('%').max() >= 7`), [true])
  })

  it('a comparison of FHIRPath converts too, by the letter of UCUM', () => {
    const value = (id: string): string =>
      `Bundle.entry.resource.where(id = '${id}').value.ofType(Quantity)`
    assert.deepEqual(run(`${value('e')} > 100 'mg/dL'`), [true])
    assert.deepEqual(run(`${value('d')} < 6 '%'`), [true])
    assert.throws(() => run(`${value('c')} > 10 '%'`), { code: 'Predicate.Failed' })
  })
})

describe('bounds on work', () => {
  const many = (count: number): FhirResource => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: Array.from({ length: count }, (_, i) => ({
      resource: {
        resourceType: 'Observation',
        id: `o${i}`,
        status: 'final',
        code: { text: `${i}` },
      },
    })),
  })
  const bundle = many(5000)

  it('a plain predicate over a large record is far from the limit', () => {
    assert.equal(
      holds("Bundle.entry.resource.ofType(Observation).where(code.text = '4999').exists()", bundle),
      true,
    )
  })

  it('work that grows faster than the record ends', () => {
    const expressions = [
      'Bundle.entry.select(%resource.entry).count() > 0',
      'Bundle.entry.select(%resource.entry.select(%resource.entry)).exists()',
      'Bundle.entry.resource.id.distinct().count() = 1',
      'Bundle.entry.resource.id.isDistinct()',
      '(Bundle.entry.resource.id | Bundle.entry.resource.code.text).count() = 1',
      'Bundle.entry.resource.id.subsetOf(Bundle.entry.resource.id)',
      'Bundle.entry.resource.id.exclude(Bundle.entry.resource.code.text).exists()',
      'Bundle.entry.resource.id ~ Bundle.entry.resource.id',
      'Bundle.entry.where(resource.id in %resource.entry.resource.id).exists()',
      'Bundle.entry.where(%resource.entry = %resource.entry).exists()',
    ]
    for (const expression of expressions) {
      assert.throws(() => holds(expression, bundle), { code: 'Predicate.TooMuchWork' }, expression)
    }
  })

  it('the limit is exact and the same each time', () => {
    const predicate = Predicate.compile('Bundle.entry.resource.id.count() = 10')
    const small = many(10)
    let steps = 1
    for (; ; steps++) {
      try {
        Predicate.evaluate(predicate, small, { asOf, maximumSteps: steps })
        break
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'Predicate.TooMuchWork')
      }
    }
    assert.ok(steps > 10)
    assert.throws(() => Predicate.evaluate(predicate, small, { asOf, maximumSteps: steps - 1 }), {
      code: 'Predicate.TooMuchWork',
    })
    assert.equal(Predicate.evaluate(predicate, small, { asOf, maximumSteps: steps }), true)
  })

  it('several predicates over one record may have one limit together', () => {
    const predicate = Predicate.compile('Bundle.entry.resource.id.count() = 10')
    const work = { steps: 0 }
    Predicate.evaluate(predicate, many(10), { asOf, work })
    const options = { asOf, work, maximumSteps: work.steps * 2 }
    assert.equal(Predicate.evaluate(predicate, many(10), options), true)
    assert.throws(() => Predicate.evaluate(predicate, many(10), options), {
      code: 'Predicate.TooMuchWork',
    })
  })

  it('pairwise comparison at its limit and past it', () => {
    const expression = 'Bundle.entry.resource.id.isDistinct()'
    assert.equal(holds(expression, many(Predicate.PAIRWISE_COUNT)), true)
    assert.throws(() => holds(expression, many(Predicate.PAIRWISE_COUNT + 1)), {
      code: 'Predicate.TooMuchWork',
    })
  })
})

describe('published samples', () => {
  it('finds what a grep finds in a Synthea patient', (t) => {
    const path = fixturePath(t, 'fhir/derived-collections/bundle-200k.json')
    if (path === null) return
    const text = readFileSync(path, 'utf8')
    const bundle = Predicate.bundleOf(Bundle.read(text).resources)
    const found = text.match(/"code":"4548-4"/g)?.length ?? 0
    const count = `Bundle.entry.resource.ofType(Observation).where(code.coding.exists(system = 'http://loinc.org' and code = '4548-4')).count()`
    assert.equal(holds(`${count} = ${found}`, bundle), true)
    assert.equal(holds(`${count} = ${found + 1}`, bundle), false)
  })
})
