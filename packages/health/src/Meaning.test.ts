import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Meaning from './Meaning.ts'
import { EFFECTS } from './meaning/effects.ts'
import generated from './meaning/modifiers.generated.json' with { type: 'json' }
import { STANDINGS, type Standing, USES } from './meaning/standing.ts'
import { type DefinedElement, structureDefinitions } from './safe-harbor/testing/definitions.ts'

const modifiers = Object.entries(generated.elements) as [string, string[] | string][]
const definitions = structureDefinitions()
const elementOf = (path: string): DefinedElement | undefined =>
  definitions
    .get(path.split('.')[0] as string)
    ?.snapshot.element.find((element) => element.path === path)

/** The values that a modifier can have by its definition, and one that it can't. */
function valuesOf(values: string[] | string): string[] {
  if (Array.isArray(values)) return values
  return values.startsWith('boolean') ? ['true', 'false'] : ['any']
}

/** The element with that value, as its data type asks. */
function elementWith(path: string, value: string): unknown {
  const type = elementOf(path)?.type?.[0]?.code
  if (type === 'boolean') return value === 'true'
  return type === 'CodeableConcept' ? { coding: [{ code: value }] } : value
}

/** All a resource of the type must state, each modifier as harmless as it can be. */
function harmless(type: string): Record<string, unknown> {
  const resource: Record<string, unknown> = { resourceType: type, id: 'a' }
  for (const [path, effects] of EFFECTS) {
    const [owner, name = '', ...rest] = path.split('.')
    if (owner !== type || rest.length > 0 || !effects.has('')) continue
    const stated = [...effects].find(([, effect]) => effect === 'stated' || effect === 'none')
    if (stated !== undefined) resource[name] = elementWith(path, stated[0])
  }
  return resource
}

describe('EFFECTS', () => {
  it('decides every modifier element that the definitions of R4 mark, and no other', () => {
    assert.ok(modifiers.length >= 140)
    assert.deepEqual([...EFFECTS.keys()].sort(), modifiers.map(([path]) => path).sort())
  })

  it('decides every code of their value sets', () => {
    let count = 0
    for (const [path, values] of modifiers) {
      const effects = EFFECTS.get(path) as ReadonlyMap<string, string>
      for (const value of valuesOf(values)) {
        count++
        const effect = effects.get(value) ?? effects.get('*')
        assert.ok(effect !== undefined, `${path} ${value}`)
        assert.ok([...STANDINGS, 'part', 'bound', 'none'].includes(effect), `${path} ${value}`)
      }
    }
    assert.ok(count > 600, String(count))
  })

  it('calls a missing modifier unclear exactly where R4 requires the element', () => {
    const wrong = [...EFFECTS].filter(([path, effects]) => {
      const isInside = path.split('.').length > 2 || effects.get('*') === 'none'
      return !isInside && effects.has('') !== (elementOf(path)?.min ?? 0) > 0
    })
    assert.deepEqual(
      wrong.map(([path]) => path),
      [],
    )
  })

  it('holds no standing of a resource where only a part is concerned', () => {
    for (const [path, effects] of EFFECTS) {
      const isInResource =
        path.split('.').length === 2 &&
        definitions.get(path.split('.')[0] as string)?.kind === 'resource'
      if (isInResource) continue
      for (const effect of effects.values()) {
        assert.ok(['part', 'bound', 'none', 'unclear'].includes(effect), path)
      }
    }
  })
})

describe('meaningOf', () => {
  it('gives a resource the standing of each of its modifiers, for every use', () => {
    for (const [path, values] of modifiers) {
      const [type = '', name = '', ...rest] = path.split('.')
      if (rest.length > 0 || definitions.get(type)?.kind !== 'resource') continue
      const effects = EFFECTS.get(path) as ReadonlyMap<string, string>
      for (const value of valuesOf(values)) {
        const resource = { ...harmless(type), [name]: elementWith(path, value) }
        const effect = effects.get(value) ?? effects.get('*')
        const expected = STANDINGS.includes(effect as Standing) ? effect : 'stated'
        const { standing, because } = Meaning.meaningOf(type, resource)
        assert.equal(standing, expected, `${path} ${value}`)
        assert.equal(because.length > 0, expected !== 'stated', `${path} ${value}`)
      }
      const foreign = { ...harmless(type), [name]: elementWith(path, 'Zebulon') }
      if (effects.has('*') || elementOf(path)?.type?.[0]?.code === 'boolean') continue
      const meaning = Meaning.meaningOf(type, foreign)
      assert.equal(meaning.standing, 'unclear', path)
      assert.ok(!meaning.because.join().includes('Zebulon'))
    }
  })

  it('is unclear with a modifier extension anywhere, or implicit rules', () => {
    for (const [type, definition] of definitions) {
      if (definition.kind !== 'resource' || definition.abstract === true) continue
      const { resourceType: _, ...rest } = harmless(type)
      assert.equal(
        Meaning.meaningOf(type, { ...rest, implicitRules: 'urn:x' }).standing,
        'unclear',
        type,
      )
      for (const { path } of definition.snapshot.element) {
        if (!path.endsWith('.modifierExtension')) continue
        const inner = path.split('.').slice(1, -1)
        const extension: unknown = { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }
        const part = inner.reduceRight<unknown>((value, name) => ({ [name]: [value] }), extension)
        const { standing } = Meaning.meaningOf(type, { ...rest, ...(part as object) })
        assert.equal(standing, 'unclear', path)
      }
    }
  })

  it('reads a contained resource by itself', () => {
    const contained = [{ resourceType: 'Patient', modifierExtension: [{ url: 'urn:x' }] }]
    assert.equal(Meaning.meaningOf('Condition', { contained }).standing, 'stated')
  })

  it('of several modifiers takes the most severe', () => {
    const verificationStatus = { coding: [{ code: 'refuted' }] }
    const clinicalStatus = { coding: [{ code: 'resolved' }] }
    const meaning = Meaning.meaningOf('Condition', { verificationStatus, clinicalStatus })
    assert.equal(meaning.standing, 'negated')
    assert.deepEqual(meaning.because, ['verificationStatus is refuted'])
  })

  it('takes a modifier without a value, or in words only, for one that is not understood', () => {
    const cases: [string, object][] = [
      ['Condition', { verificationStatus: { text: 'refuted' } }],
      ['Condition', { verificationStatus: { coding: [{ system: 'urn:lab', code: 'confirmed' }] } }],
      ['Condition', { _verificationStatus: {} }],
      ['Observation', { _status: { extension: [] } }],
      ['Observation', {}],
      ['MedicationRequest', { status: 'active', intent: 'order', _doNotPerform: {} }],
    ]
    for (const [type, value] of cases) {
      assert.equal(Meaning.meaningOf(type, value).standing, 'unclear', JSON.stringify(value))
    }
  })

  it('takes a condition that has ended for past where no clinical status says otherwise', () => {
    const { meaningOf } = Meaning
    assert.equal(meaningOf('Condition', { abatementDateTime: '2020' }).standing, 'past')
    assert.equal(meaningOf('Condition', { abatementAge: { value: 3 } }).standing, 'past')
    assert.equal(meaningOf('Condition', {}).standing, 'stated')
  })

  it('knows codes that say that there is nothing', () => {
    const coded = (system: string, code: string): string =>
      Meaning.meaningOf('Condition', { code: { coding: [{ system, code }] } }).standing
    const snomed = 'http://snomed.info/sct'
    const absent = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips'
    assert.equal(coded(snomed, '160245001'), 'negated')
    assert.equal(coded('urn:oid:2.16.840.1.113883.6.96', '160245001'), 'negated')
    assert.equal(coded(snomed, '73211009:408729009=410516002'), 'negated')
    assert.equal(coded(snomed, '73211009:246112005=24484000'), 'unclear')
    assert.equal(coded(absent, 'no-known-problems'), 'negated')
    assert.equal(coded(absent, 'no-problem-info'), 'unclear')
    assert.equal(coded(snomed, '44054006'), 'stated')
  })
})

describe('USES', () => {
  it('lets nothing but what is or was so give a claim, meet a rule or earn points', () => {
    for (const standing of STANDINGS) {
      const { claim, predicate, rule, score, sentence } = USES[standing]
      const isFact = standing === 'stated' || standing === 'past'
      assert.equal(claim, standing === 'stated' ? 'present' : standing === 'past' ? 'past' : 'none')
      assert.deepEqual([predicate, rule, score], [isFact, isFact, isFact])
      assert.equal(sentence === undefined, isFact)
    }
  })
})

describe('comparisonOf', () => {
  it('tells a value from a limit, and from what is not understood', () => {
    assert.equal(Meaning.comparisonOf({ value: 1 }), 'value')
    for (const sign of ['<', '<=', '>=', '>']) {
      assert.equal(Meaning.comparisonOf({ value: 1, comparator: sign }), sign)
    }
    assert.equal(Meaning.comparisonOf({ value: 1, comparator: '~' }), undefined)
    assert.equal(Meaning.comparisonOf({ value: 1, _comparator: { extension: [] } }), undefined)
  })
})
