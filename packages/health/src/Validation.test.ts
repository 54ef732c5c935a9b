import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import * as Bundle from './Bundle.ts'
import type { Resource } from './Resource.ts'
import * as Validation from './Validation.ts'

type Plain = { resourceType: string; [element: string]: unknown }
const of = (plain: { resourceType: string; [element: string]: unknown }): Resource => ({
  type: plain.resourceType,
  id: 'x',
  value: CanonicalJson.parse(JSON.stringify(plain)),
})
const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  valueQuantity: { value: 80 },
}
const condition = {
  resourceType: 'Condition',
  subject: { reference: 'Patient/p' },
  clinicalStatus: {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
    ],
  },
}
const found = (plain: { resourceType: string; [element: string]: unknown }): string[] =>
  Validation.check([of(plain)]).map(({ path, rule }) => `${path} ${rule}`)

describe('check', () => {
  it('finds nothing wrong with what is right', () => {
    assert.deepEqual(found(observation), [])
    assert.deepEqual(found(condition), [])
    assert.deepEqual(
      found({ resourceType: 'Patient', gender: 'female', birthDate: '2020-02-29' }),
      [],
    )
    assert.deepEqual(Validation.check([]), [])
  })

  it('finds what is wrong, by path and rule', () => {
    const cases: [{ resourceType: string; [element: string]: unknown }, string][] = [
      [{ resourceType: 'Patient', gender: 'purple' }, 'Patient.gender schema.enum'],
      [{ resourceType: 'Patient', nickname: 'x' }, 'Patient schema.additionalProperties'],
      [{ resourceType: 'Patient', active: 'yes' }, 'Patient.active schema.type'],
      [{ resourceType: 'Patient', name: {} }, 'Patient.name schema.type'],
      [{ resourceType: 'Patient', birthDate: '2020-2-2' }, 'Patient.birthDate schema.pattern'],
      [{ resourceType: 'Patient', birthDate: '2019-02-29' }, 'Patient.birthDate date.calendar'],
      [{ resourceType: 'Patient', birthDate: '1900-02-29' }, 'Patient.birthDate date.calendar'],
      [{ resourceType: 'Patient', name: [{}] }, 'Patient.name[0] element.empty'],
      [{ resourceType: 'Patient', link: [{ type: 'seealso' }] }, 'Patient.link[0] schema.required'],
      [{ ...observation, status: undefined }, 'Observation.status cardinality.required'],
      [{ ...observation, code: undefined }, 'Observation schema.required'],
      [{ ...observation, status: 'done' }, 'Observation.status schema.enum'],
      [{ ...observation, valueString: 'x' }, 'Observation.value choice.single'],
      [
        { ...observation, valueQuantity: { value: '80' } },
        'Observation.valueQuantity.value schema.type',
      ],
      [
        { ...observation, effectiveDateTime: '2020-01-01T10:00' },
        'Observation.effectiveDateTime schema.pattern',
      ],
      [
        { ...observation, valueQuantity: { value: 80, comparator: 'about' } },
        'Observation.valueQuantity.comparator schema.enum',
      ],
      [
        {
          ...condition,
          clinicalStatus: { coding: [{ system: 'http://x.example', code: 'active' }] },
        },
        'Condition.clinicalStatus binding.required',
      ],
      [
        { ...condition, clinicalStatus: { text: 'active' } },
        'Condition.clinicalStatus binding.required',
      ],
      [{ ...condition, subject: undefined }, 'Condition schema.required'],
      [
        { ...observation, contained: [{ resourceType: 'Nothing' }] },
        'Observation.contained[0] schema.resourceType',
      ],
      [
        { ...observation, contained: [{ resourceType: 'Patient', gender: 'purple' }] },
        'Observation.contained[0].gender schema.enum',
      ],
      [
        { ...observation, contained: [{ resourceType: 'Observation', code: { text: 'x' } }] },
        'Observation.contained[0].status cardinality.required',
      ],
      [
        { ...observation, component: [{ code: { text: 'x' }, valueDateTime: '2020-02-30' }] },
        'Observation.component[0].valueDateTime date.calendar',
      ],
      [
        { ...observation, valueQuantity: undefined, valueInteger: 1.5 },
        'Observation.valueInteger integer.range',
      ],
      [
        { ...observation, valueQuantity: undefined, valueInteger: 2 ** 31 },
        'Observation.valueInteger integer.range',
      ],
      [
        { resourceType: 'Patient', telecom: [{ rank: 0 }] },
        'Patient.telecom[0].rank integer.range',
      ],
      [
        { resourceType: 'Patient', photo: [{ data: 'AAA', contentType: 'x/y' }] },
        'Patient.photo[0].data base64.form',
      ],
      [
        { resourceType: 'Patient', text: { status: 'generated', div: '<p>no div</p>' } },
        'Patient.text.div narrative.unsafe',
      ],
      [{ ...observation, subject: null }, 'Observation.subject element.empty'],
      [{ ...observation, performer: [] }, 'Observation.performer element.empty'],
      [{ ...observation, performer: [null] }, 'Observation.performer[0] element.empty'],
      [
        { ...observation, subject: [{ reference: 'Patient/p' }] },
        'Observation.subject cardinality.single',
      ],
      [{ ...observation, category: [[{ text: 'x' }]] }, 'Observation.category[0] schema.type'],
      [
        { ...observation, subject: { reference: 'Patient/p q' } },
        'Observation.subject.reference reference.form',
      ],
      [{ ...observation, implicitRules: '' }, 'Observation.implicitRules element.empty'],
      [{ ...observation, _issued: {} }, 'Observation._issued element.empty'],
      [
        { ...observation, valueQuantity: { value: 1, code: 'kg' } },
        'Observation.valueQuantity invariant.qty-3',
      ],
      [
        {
          ...observation,
          valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mcg' },
        },
        'Observation.valueQuantity invariant.ucum',
      ],
      [
        { ...observation, valueQuantity: { value: 1, system: 'ucum', code: 'kg' } },
        'Observation.valueQuantity.system uri.form',
      ],
      [
        { ...observation, extension: [{ url: 'http://x.example' }] },
        'Observation.extension[0] invariant.ext-1',
      ],
      [{ resourceType: 'Project' }, 'Project schema.resourceType'],
    ]
    for (const [plain, expected] of cases) {
      assert.equal(found(plain)[0], expected, JSON.stringify(plain))
    }
  })

  it('constraints of the types that clinical records are made of', () => {
    const status = (system: string, code: string): object => ({
      coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
    })
    const code = { coding: [{ system: 'http://loinc.org', code: '1' }] }
    const patient = { reference: 'Patient/p' }
    const allergy = { resourceType: 'AllergyIntolerance', patient }
    const timing = (repeat: object): Plain => ({
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject: patient,
      medicationCodeableConcept: { text: 'x' },
      dosageInstruction: [{ timing: { repeat } }],
    })
    const period = (start: string, end: string): Plain => ({
      ...observation,
      effectivePeriod: { start, end },
    })
    const cases: [string, Plain, Plain][] = [
      ['per-1', period('2021', '2020'), period('2020', '2020-05')],
      ['per-1', period('2020-05-02', '2020-05-01'), period('2020-05-01', '2020-05-01')],
      [
        'per-1',
        period('2020-05-01T10:00:00+05:00', '2020-05-01T04:59:59Z'),
        period('2020-05-01T10:00:00+05:00', '2020-05-01T05:00:00Z'),
      ],
      [
        'per-1',
        period('2020-06-01', '2020-05-01T00:00:00Z'),
        period('2020-05-02', '2020-05-01T23:00:00Z'),
      ],
      ['tim-2', timing({ period: 1 }), timing({ period: 1, periodUnit: 'd' })],
      ['tim-5', timing({ period: -1, periodUnit: 'd' }), timing({ period: 0, periodUnit: 'd' })],
      ['tim-8', timing({ countMax: 2 }), timing({ count: 1, countMax: 2 })],
      [
        'ait-1',
        allergy,
        { ...allergy, clinicalStatus: status('allergyintolerance-clinical', 'active') },
      ],
      [
        'con-4',
        { ...condition, abatementDateTime: '2020' },
        {
          ...condition,
          abatementDateTime: '2020',
          clinicalStatus: status('condition-clinical', 'resolved'),
        },
      ],
      [
        'con-5',
        { ...condition, verificationStatus: status('condition-ver-status', 'entered-in-error') },
        { ...condition, verificationStatus: status('condition-ver-status', 'confirmed') },
      ],
      [
        'obs-6',
        { ...observation, dataAbsentReason: { text: 'x' } },
        { ...observation, valueQuantity: undefined, dataAbsentReason: { text: 'x' } },
      ],
      [
        'obs-7',
        { ...observation, code, component: [{ code, valueInteger: 1 }] },
        { ...observation, code, component: [{ code: { text: 'x' }, valueInteger: 1 }] },
      ],
      [
        'obs-3',
        { ...observation, referenceRange: [{ appliesTo: [{ text: 'x' }] }] },
        { ...observation, referenceRange: [{ text: '1 to 2' }] },
      ],
      [
        'rng-2',
        {
          ...observation,
          valueQuantity: undefined,
          valueRange: { low: { value: 2 }, high: { value: 1 } },
        },
        {
          ...observation,
          valueQuantity: undefined,
          valueRange: { low: { value: 1 }, high: { value: 1 } },
        },
      ],
      [
        'rat-1',
        { ...observation, valueQuantity: undefined, valueRatio: { numerator: { value: 1 } } },
        {
          ...observation,
          valueQuantity: undefined,
          valueRatio: { numerator: { value: 1 }, denominator: { value: 2 } },
        },
      ],
      [
        'pat-1',
        { resourceType: 'Patient', contact: [{ gender: 'female' }] },
        { resourceType: 'Patient', contact: [{ name: { text: 'x' } }] },
      ],
      [
        'cpt-2',
        { resourceType: 'Patient', telecom: [{ value: '1' }] },
        { resourceType: 'Patient', telecom: [{ value: '1', system: 'phone' }] },
      ],
      [
        'att-1',
        { resourceType: 'Patient', photo: [{ data: 'AAAA' }] },
        { resourceType: 'Patient', photo: [{ data: 'AAAA', contentType: 'image/png' }] },
      ],
      [
        'org-1',
        { resourceType: 'Organization', active: true },
        { resourceType: 'Organization', name: 'x' },
      ],
      [
        'org-2',
        { resourceType: 'Organization', name: 'x', address: [{ use: 'home' }] },
        { resourceType: 'Organization', name: 'x', address: [{ use: 'work' }] },
      ],
    ]
    for (const [key, wrong, right] of cases) {
      const rules = found(wrong).map((one) => one.split(' ')[1])
      assert.deepEqual(rules, [`invariant.${key}`], `${key} ${JSON.stringify(wrong)}`)
      assert.deepEqual(found(right), [], `${key} ${JSON.stringify(right)}`)
    }
  })

  it('hostile texts cost no more than their length', () => {
    const size = 200_000
    const values = [
      { valueBase64Binary: `${'AAAA  '.repeat(size)}!` },
      { valueCode: `${'a '.repeat(size)} ` },
      { valueUri: `${'a'.repeat(size)} ` },
      { valueDecimal: 1e300 },
      { valueOid: `urn:oid:1${'.1'.repeat(size)}x` },
      { valueInstant: `2020-01-01T00:00:00.${'0'.repeat(size)}` },
      { valueString: ' '.repeat(size) },
    ]
    const started = process.cpuUsage()
    for (const value of values) {
      found({ resourceType: 'Patient', extension: [{ url: 'http://example.org', ...value }] })
    }
    const narratives = [
      `<div>${'<'.repeat(size)}</div>`,
      `<div><${' '.repeat(size)}</div>`,
      `<div>${'</div> '.repeat(size)}x`,
      `<div><a ${'on= '.repeat(size)}</div>`,
    ]
    for (const div of narratives)
      found({ resourceType: 'Patient', text: { status: 'generated', div } })
    // With the square of their length they would take many minutes; this process' own time, not the
    // clock.
    const { user, system } = process.cpuUsage(started)
    assert.ok((user + system) / 1e6 < 20, `${(user + system) / 1e6} s`)
  })

  it('narratives that run or load something', () => {
    const wrong = [
      '<div><script>1</script></div>',
      '<div><a href="x" onclick="y">z</a></div>',
      '<div><a href="javascript:y">z</a></div>',
      '<div><IFRAME src="x"/></div>',
      '<div><img src="x" ONERROR = "y"/></div>',
    ]
    for (const div of wrong) {
      assert.deepEqual(found({ resourceType: 'Patient', text: { status: 'generated', div } }), [
        'Patient.text.div narrative.unsafe',
      ])
    }
    const right =
      '<div xmlns="http://www.w3.org/1999/xhtml"><p style="x">on = 1 <b>bold</b></p></div>'
    assert.deepEqual(
      found({ resourceType: 'Patient', text: { status: 'generated', div: right } }),
      [],
    )
  })

  it('nulls hold places in a list of primitives beside its extensions', () => {
    const absent = { extension: [{ url: 'http://x.example', valueCode: 'x' }] }
    const name = (given: unknown[], companion?: unknown[]): string[] =>
      found({
        resourceType: 'Patient',
        name: [{ given, ...(companion === undefined ? {} : { _given: companion }) }],
      })
    assert.deepEqual(name(['a', null], [null, absent]), [])
    assert.deepEqual(name(['a', null]), ['Patient.name[0].given[1] element.empty'])
    assert.deepEqual(name(['a'], [{}]), ['Patient.name[0]._given[0] element.empty'])
  })

  it('an extension may stand for a required primitive', () => {
    const absent = [
      { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
    ]
    const plain = { ...observation, status: undefined, _status: { extension: absent } }
    assert.deepEqual(found(plain), [])
    const coded = { ...condition, clinicalStatus: { extension: absent } }
    assert.deepEqual(found(coded), [])
  })

  it('a finding holds no value and no key of the record', () => {
    const secret = 'Zyxwvut'
    const hostile = [
      { resourceType: 'Patient', [secret]: 1 },
      { resourceType: 'Patient', gender: secret, birthDate: secret, name: [{ [secret]: secret }] },
      { ...condition, clinicalStatus: { coding: [{ system: secret, code: secret }] } },
      { ...observation, extension: [{ url: secret, [secret]: 1 }] },
      { resourceType: secret },
    ]
    for (const plain of hostile) {
      const findings = Validation.check([of({ ...plain, resourceType: plain.resourceType })])
      assert.ok(findings.length > 0)
      if (plain.resourceType === secret) continue
      assert.doesNotMatch(JSON.stringify(findings), new RegExp(secret))
    }
  })

  it('property: gives findings for any JSON object, never an exception', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), (plain) => {
        const json = JSON.parse(JSON.stringify(plain)) as object
        const value = CanonicalJson.parse(
          JSON.stringify({ ...json, resourceType: 'Observation' }).replaceAll('\\ud', '\\u0'),
        )
        Validation.check([{ type: 'Observation', id: '', value }])
      }),
      { numRuns: 300 },
    )
  })

  it('names like those of object members are elements as any other', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const text = `{"resourceType":"Patient","${key}":{"a":1},"contact":[{"${key}":1}]}`
      const findings = Validation.check([
        { type: 'Patient', id: '', value: CanonicalJson.parse(text) },
      ])
      assert.ok(findings.length > 0, key)
    }
  })
})

describe('profiles and schemas of criteria', () => {
  const profileOf = (t: Parameters<typeof fixturePath>[0]): string | null => {
    const path = fixturePath(t, 'fhir/hl7-ips-2.0.0/StructureDefinition-Patient-uv-ips.json')
    return path === null ? null : readFileSync(path, 'utf8')
  }

  it('an IPS Patient needs a name and a birth date', (t) => {
    const profile = profileOf(t)
    const path = fixturePath(t, 'fhir/hl7-ips-2.0.0/Bundle-bundle-minimal.json')
    if (profile === null || path === null) return
    const { resources, patient } = Bundle.read(readFileSync(path))
    assert.deepEqual(Validation.check(resources, { profile }), [])
    const value = { ...(patient.value as object) } as Record<string, CanonicalJson.Value>
    delete value['birthDate']
    const findings = Validation.check([{ ...patient, value }], { profile })
    assert.deepEqual(
      findings.map(({ path, rule }) => `${path} ${rule}`),
      ['Patient.birthDate profile.structure'],
    )
  })

  it('refuses a profile that is none', () => {
    const noSnapshot = JSON.stringify({ resourceType: 'StructureDefinition', type: 'Patient' })
    for (const profile of ['', '{', '{}', 'null', noSnapshot]) {
      assert.throws(() => Validation.check([of(observation)], { profile }), {
        code: 'Validation.ProfileInvalid',
      })
    }
  })

  it('a JSON Schema over the record as a Bundle', () => {
    const jsonSchema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: {
        entry: { items: { properties: { resource: { required: ['status'] } } }, maxItems: 1 },
      },
    }
    const right = of(observation)
    assert.deepEqual(Validation.check([right], { jsonSchema }), [])
    const [first] = Validation.check([of({ resourceType: 'Patient' })], { jsonSchema })
    assert.equal(first?.path, 'Patient')
    assert.equal(first?.rule, 'schema.required')
    const [many] = Validation.check([right, right], { jsonSchema })
    assert.equal(many?.path, 'Bundle.entry')
  })

  it("a profile's own constraints run in our engine, and may not read the clock", (t) => {
    const profile = profileOf(t)
    if (profile === null) return
    const patient = { resourceType: 'Patient', name: [{ text: 'x' }], birthDate: '1980' }
    const withConstraint = (expression: string, id = 'Patient.name'): string => {
      const definition = JSON.parse(profile)
      const element = definition.snapshot.element.find((one: { id: string }) => one.id === id)
      element.constraint.push({ key: 'own-1', severity: 'error', human: 'x', expression })
      return JSON.stringify(definition)
    }
    const findings = (expression: string, id?: string): string[] =>
      Validation.check([of(patient)], { profile: withConstraint(expression, id) }).map(
        ({ path, rule }) => `${path} ${rule}`,
      )
    assert.deepEqual(findings("text = 'x'"), [])
    assert.deepEqual(findings('%resource.birthDate.exists()'), [])
    assert.deepEqual(findings("text = 'y'"), ['Patient.name profile.invariant'])
    assert.deepEqual(findings('name.exists()', 'Patient'), [])
    assert.deepEqual(findings('period.start > @2020'), [])
    for (const expression of ["text.matches('(a+)+$')", 'today() > @2020', 'resolve()', '((']) {
      assert.throws(() => findings(expression), { code: 'Validation.ProfileInvalid' }, expression)
    }
  })

  it('refuses a JSON Schema that does not compile, points elsewhere or could take too long', () => {
    const twice = (name: string): object => ({
      anyOf: [{ $ref: `#/$defs/${name}` }, { $ref: `#/$defs/${name}` }],
    })
    const doubling = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`d${i}`, i === 0 ? {} : twice(`d${i - 1}`)]),
    )
    const wrong = [
      { type: 'nothing' },
      { $ref: 'https://example.org/schema.json' },
      { $ref: '#/$defs/a' },
      { $ref: '#' },
      { $defs: { a: { items: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
      { $defs: doubling, $ref: '#/$defs/d19' },
      { pattern: '(' },
      { pattern: '^(' },
      { pattern: 'a+$' },
      { pattern: '^(a+)+$' },
      { pattern: '^(a|a)*$' },
      { pattern: '^a*a*$' },
      { pattern: '^a{0,9}a{0,9}a{0,9}$' },
      { pattern: '^a{1,9999}$' },
      { pattern: '^a$|b+c' },
      { pattern: '^(?=a)a' },
      { pattern: `^${'(a|a)'.repeat(36)}b$` },
      { properties: { a: { patternProperties: { '(x+)+': {} } } } },
      { properties: { entry: { uniqueItems: true } } },
    ]
    const right = [
      { pattern: '^[A-Z]{3}-\\d+$' },
      { pattern: '^(final|amended)$' },
      { $defs: { a: { type: 'object' } }, items: { $ref: '#/$defs/a' } },
      { properties: { pattern: { type: 'string' } } },
    ]
    for (const jsonSchema of right) Validation.check([], { jsonSchema })
    for (const jsonSchema of wrong) {
      const check = () => Validation.check([], { jsonSchema })
      assert.throws(check, { code: 'Validation.SchemaInvalid' }, JSON.stringify(jsonSchema))
    }
  })
})

describe('the work of a JSON Schema', () => {
  it('is bounded for the record: patterns that are lawful one by one may not look at it for ever', () => {
    const long = of({ ...observation, note: [{ text: 'a'.repeat(1_000_000) }] })
    const text = { pattern: '^a{0,200}a*b$' }
    const note = { properties: { note: { items: { properties: { text } } } } }
    const jsonSchema = { properties: { entry: { items: { properties: { resource: note } } } } }
    assert.throws(() => Validation.check([long], { jsonSchema }), {
      code: 'Validation.TooMuchWork',
    })
    const short = of({ ...observation, note: [{ text: 'aab' }] })
    assert.deepEqual(Validation.check([short], { jsonSchema }), [])
  })
})

describe('assert', () => {
  it('names the first path and the count', () => {
    Validation.assert([of(observation)])
    assert.throws(
      () => Validation.assert([of(observation), of({ resourceType: 'Patient', gender: 'purple' })]),
      { code: 'Validation.Failed', message: /resource 1, Patient\.gender/ },
    )
  })
})

describe('validatorHash', () => {
  it('is the same in another process, zone and language', () => {
    const module = fileURLToPath(new URL('./Validation.ts', import.meta.url))
    const script = `import { validatorHash } from ${JSON.stringify(module)}
      process.stdout.write(Buffer.from(validatorHash()).toString('hex'))`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: 'Asia/Kolkata', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      encoding: 'utf8',
    })
    assert.equal(child.stdout, toHex(Validation.validatorHash()).slice(2), child.stderr)
  })
})

describe('published samples', () => {
  it('all are valid R4', (t) => {
    const folders = ['synthea-r4', 'hl7-ips-2.0.0', 'hl7-r4-examples', 'derived-collections']
    for (const folder of folders) {
      const path = fixturePath(t, `fhir/${folder}`)
      if (path === null) return
      for (const name of readdirSync(path)) {
        if (!name.endsWith('.json') || name.startsWith('StructureDefinition')) continue
        const resources = Bundle.readResources(readFileSync(join(path, name)))
        assert.deepEqual(Validation.check(resources), [], name)
      }
    }
  })

  it('the R4 schema and the definitions refuse each published resource once a required part is gone', (t) => {
    const path = fixturePath(t, 'fhir/hl7-r4-examples/observation-example.json')
    if (path === null) return
    const [resource] = Bundle.readResources(readFileSync(path))
    const value = (resource as Resource).value as Record<string, CanonicalJson.Value>
    for (const name of ['status', 'code']) {
      const { [name]: _, ...rest } = value
      const findings = Validation.check([{ ...(resource as Resource), value: rest }])
      assert.equal(findings.length, 1, name)
    }
  })
})
