import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { stringify } from '@ambrosia/primitives/CanonicalJson'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bundle from './Bundle.ts'
import { AMBROSIA_CORE_2 } from './ClaimProfile.ts'
import * as Claims from './Claims.ts'
import * as Export from './Export.ts'
import type { Resource } from './Resource.ts'
import * as SafeHarbor from './SafeHarbor.ts'
import * as Validation from './Validation.ts'

/**
 * Inputs on which other systems, and once this one, were wrong; they are kept outside the project.
 */
const asOf = new Date('2026-06-01T00:00:00Z')

function readAll(t: TestContext, ...names: string[]): Resource[] | undefined {
  const paths = names.map((name) => fixturePath(t, `field/${name}.json`))
  if (paths.includes(null)) return undefined
  return Bundle.merge(paths.flatMap((path) => Bundle.readResources(readFileSync(path as string))))
}

/** The Safe Harbor form as text, after what holds for every one of them. */
function deidentified(resources: readonly Resource[]): string {
  assert.deepEqual(Validation.check(resources), [], 'the input is valid')
  assert.notDeepEqual(SafeHarbor.check(resources, { asOf }), [], 'the input is found')
  const { resources: clean } = SafeHarbor.deidentify(resources, {
    rekey: (type, id) => {
      const hex = createHash('sha256').update(`${type} ${id}`).digest('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    },
    references: 'urn:uuid',
    asOf,
  })
  assert.deepEqual(SafeHarbor.check(clean, { asOf }), [])
  assert.deepEqual(Validation.check(clean), [])
  Bundle.assertReadable(Bundle.write(clean), clean)
  return stringify(clean.map(({ value }) => value))
}

describe('inputs from the field', () => {
  it('two pages of a search hold one Patient and two results', (t) => {
    const resources = readAll(t, 'searchset-page-1', 'searchset-page-2')
    if (resources === undefined) return
    assert.deepEqual(resources.map(({ type, id }) => `${type}/${id}`).toSorted(), [
      'Observation/o1',
      'Observation/o2',
      'Patient/p1',
    ])
    deidentified(resources)
  })

  it('a year of birth in a number is gone', (t) => {
    const resources = readAll(t, 'birth-year-as-number')
    if (resources === undefined) return
    assert.doesNotMatch(deidentified(resources), /1930/)
  })

  it('a range of ages over 89 leaves no empty object', (t) => {
    const resources = readAll(t, 'age-range-emptied')
    if (resources === undefined) return
    const text = deidentified(resources)
    assert.doesNotMatch(text, /\{\}|"value":9[13]/)
    assert.match(text, /"value":7\.1/)
  })

  it('an age in a ratio is masked and the rest is kept', (t) => {
    const resources = readAll(t, 'age-ratio-refused')
    if (resources === undefined) return
    const text = deidentified(resources)
    assert.doesNotMatch(text, /\b94\b/)
    assert.match(text, /"value":7\.1/)
  })

  it('an onset of a contained person over 89 is gone', (t) => {
    const resources = readAll(t, 'aged-contained-patient')
    if (resources === undefined) return
    const found = SafeHarbor.check(resources, { asOf }).map(({ path }) => path)
    assert.ok(found.includes('Condition.onset[x]'), found.join(' '))
    assert.doesNotMatch(deidentified(resources), /onsetAge|1930/)
  })

  it('units with annotations keep their values and lose the text in braces', (t) => {
    const resources = readAll(t, 'ucum-annotations')
    if (resources === undefined) return
    const text = deidentified(resources)
    for (const value of ['7.1', '0.4', '31', '53', '100000']) {
      assert.ok(text.includes(`"value":${value}}`), value)
    }
    assert.doesNotMatch(text, /HemoglobinA1C|FEU|Cre|Hb\}|cfu/)
  })

  it('a cancelled result is not a claim', (t) => {
    const resources = readAll(t, 'cancelled-result-in-claim')
    if (resources === undefined) return
    const { hba1c, hba1cYear } = Claims.derive(resources, AMBROSIA_CORE_2, { asOf })
    assert.deepEqual({ hba1c, hba1cYear }, { hba1c: 51, hba1cYear: 2024 })
  })

  it('no cell is one that a spreadsheet would run', (t) => {
    const resources = readAll(t, 'csv-formula')
    if (resources === undefined) return
    const csv = Export.tables([resources], { asOf }).map((one) => Export.toCsv(one))
    const text = csv.map((bytes) => new TextDecoder().decode(bytes)).join('\n')
    assert.doesNotMatch(text, /(?:^|,|\n)"?[=+@]/)
    assert.match(text, /'=HYPERLINK/)
    assert.match(text, /'@SUM/)
  })

  it('a PATCH with Parameters is refused in words', (t) => {
    const path = fixturePath(t, 'field/transaction-patch.json')
    if (path === null) return
    assert.throws(() => Bundle.read(readFileSync(path)), {
      code: 'Bundle.RequestRefused',
      message: /PATCH/,
    })
  })
})
