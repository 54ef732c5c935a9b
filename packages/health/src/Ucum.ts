import { type Measure, measureOf } from './ucum/measure.ts'
import { parse, type Term, write } from './ucum/parse.ts'
import { inverse, ONE, ofDecimal, plus, type Ratio, times } from './ucum/Ratio.ts'

/**
 * Units of the Unified Code for Units of Measure (https://ucum.org/ucum): read by its grammar,
 * written without annotations, and converted exactly where they measure the same.
 */

/** The system of UCUM codes in FHIR. */
export const SYSTEM = 'http://unitsofmeasure.org'

export type Unit = {
  /**
   * The code without annotations in braces, which have no meaning: `%{HemoglobinA1C}` is `%`,
   * `{copies}/mL` is `/mL`.
   */
  readonly code: string
  readonly term: Term
}

const KNOWN_COUNT = 10_000
const known = new Map<string, Unit | undefined>()
const measures = new Map<string, Measure | undefined>()

/** The unit of a code, undefined for what UCUM does not allow. */
export function unitOf(code: string): Unit | undefined {
  if (known.has(code)) return known.get(code)
  const term = parse(code)
  const unit = term === undefined ? undefined : { code: write(term), term }
  if (known.size < KNOWN_COUNT) known.set(code, unit)
  return unit
}

function measured(unit: Unit): Measure | undefined {
  if (measures.has(unit.code)) return measures.get(unit.code)
  const measure = measureOf(unit.term)
  if (measures.size < KNOWN_COUNT) measures.set(unit.code, measure)
  return measure
}

/**
 * A decimal in one unit as the exact number in another; undefined where they do not measure the
 * same. Stricter than UCUM, which takes a mole for a number and 53 mmol/mol for 5.3 %: of units
 * without a dimension only those such as `%` and `10*-3` convert into each other, an arbitrary unit
 * only into itself.
 */
export function convert(decimal: string, from: string, to: string): Ratio | undefined {
  const value = ofDecimal(decimal)
  const [source, target] = [unitOf(from), unitOf(to)]
  if (value === undefined || source === undefined || target === undefined) return undefined
  if (source.code === target.code) return value
  const [a, b] = [measured(source), measured(target)]
  if (a === undefined || b === undefined) return undefined
  if (a.scale !== undefined || b.scale !== undefined || isKelvin(a) !== isKelvin(b))
    return convertTemperature(value, a, b)
  if (!measuresSame(a, b)) return undefined
  return times(value, times(a.factor, inverse(b.factor)))
}

function measuresSame(a: Measure, b: Measure): boolean {
  if (a.powers.size !== b.powers.size) return false
  for (const [code, exponent] of a.powers) if (b.powers.get(code) !== exponent) return false
  if (a.powers.size > 0) return true
  return a.isPure && b.isPure
}

function isKelvin({ powers }: Measure): boolean {
  return powers.size === 1 && powers.get('K') === 1
}

/** Kelvin of one degree, and of its zero. */
const SCALES: ReadonlyMap<string, { degree: Ratio; zero: Ratio }> = new Map([
  ['Cel', { degree: ONE, zero: { over: 27_315n, under: 100n } }],
  ['[degF]', { degree: { over: 5n, under: 9n }, zero: { over: 45_967n * 5n, under: 900n } }],
])

function convertTemperature(value: Ratio, from: Measure, to: Measure): Ratio | undefined {
  const [a, b] = [scaleOf(from), scaleOf(to)]
  if (a === undefined || b === undefined) return undefined
  const kelvin = plus(times(value, a.degree), a.zero)
  return times(plus(kelvin, { over: -b.zero.over, under: b.zero.under }), inverse(b.degree))
}

function scaleOf(measure: Measure): { degree: Ratio; zero: Ratio } | undefined {
  if (measure.scale !== undefined) return SCALES.get(measure.scale)
  return isKelvin(measure) ? { degree: measure.factor, zero: { over: 0n, under: 1n } } : undefined
}
