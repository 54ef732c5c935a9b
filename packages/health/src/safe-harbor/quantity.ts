import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isContradicted } from '../meaning/doubts.ts'
import type { JsonObject } from '../Resource.ts'
import { canonicalSystem } from '../resource/codeSystems.ts'
import { SYSTEM as UCUM } from '../Ucum.ts'
import { UNIT_TEXTS } from '../ucum/unitTexts.ts'
import { isKnownCode } from './codeSystems.ts'
import { isBoundedNumber } from './dates.ts'
import { CURRENCIES } from './places.ts'
import type { Tally } from './report.ts'
import { childPath } from './tables.ts'
import { isPerVolume, plainUnit, yearsPerUnit } from './units.ts'

const COMPARATORS = new Set(['<', '<=', '>=', '>'])

/**
 * Where a quantity stands: an age may be written as "90 or older" only where FHIR allows a
 * comparator.
 */
export type QuantityPlace = 'age' | 'value' | 'low' | 'high' | 'simple'

const SIMPLE: ReadonlySet<QuantityPlace> = new Set(['simple', 'low', 'high'])

/**
 * A quantity with its digits, comparator and UCUM unit. A number whose unit can't stay goes with
 * it: alone it would mislead. Ages over 89 become 90 or older.
 */
export function cleanQuantity(
  value: JsonObject,
  path: string,
  place: QuantityPlace,
  tally: Tally,
): JsonObject | undefined {
  if (['value', 'code', 'unit'].some((name) => isContradicted(value, name)))
    return tally.remove('modifier', path, value)
  const number = value['value']
  const digits = place === 'age' ? 6 : isPerVolume(value['code']) ? 9 : 7
  if (!(number instanceof NumberToken) || !isBoundedNumber(number, digits)) {
    return tally.remove('number', path, value)
  }
  const unit = cleanUnit(value)
  if (unit === undefined || (place === 'age' && unit['system'] !== UCUM))
    return tally.remove('unit', path, value)
  const comparator = value['comparator']
  // A comparator that has only an extension is there and can't be told.
  if (comparator === undefined && value['_comparator'] !== undefined)
    return tally.remove('code', path, value)
  // sqty-1: a simple quantity has no comparator; to drop it alone would change what it says.
  if (comparator !== undefined && SIMPLE.has(place)) return tally.remove('code', path, value)
  const out: JsonObject = Object.create(null)
  if (typeof comparator === 'string' && COMPARATORS.has(comparator)) out['comparator'] = comparator
  else if (comparator !== undefined) return tally.remove('code', path, value)
  const years = toYears(number, unit)
  if (years !== undefined && years > 89) return ageClass(out, years, path, place, tally, value)
  out['value'] = number
  Object.assign(out, unit)
  countQuantity(value, out, path, tally)
  return out
}

function toYears(number: NumberToken, unit: JsonObject): number | undefined {
  const code = unit['code'] ?? unit['unit']
  if (typeof code !== 'string' || (unit['system'] !== undefined && unit['system'] !== UCUM))
    return undefined
  const factor = yearsPerUnit(code)
  return factor === undefined ? undefined : Number(number.text) * factor
}

function ageClass(
  out: JsonObject,
  years: number,
  path: string,
  place: QuantityPlace,
  tally: Tally,
  source: JsonObject,
): JsonObject | undefined {
  const comparator = out['comparator']
  if (place === 'high' || place === 'simple' || comparator === '<' || comparator === '<=') {
    return tally.remove('age', path, source)
  }
  const whole = years >= 90 || comparator !== undefined ? 90 : 89
  if (whole === 90 && place !== 'low') out['comparator'] = '>='
  out['value'] = new NumberToken(String(whole))
  Object.assign(out, { unit: 'a', system: UCUM, code: 'a' })
  tally.generalise('age', path)
  return out
}

/**
 * The unit's members that may stay, its UCUM code without annotations; empty where the source has
 * no unit; undefined where it has one that can't stay.
 */
function cleanUnit(value: JsonObject): JsonObject | undefined {
  const { unit, code } = value
  const system = typeof value['system'] === 'string' ? canonicalSystem(value['system']) : undefined
  if (system === UCUM && typeof code === 'string') {
    const plain = plainUnit(code)
    if (plain === undefined) return undefined
    const isSame = typeof unit === 'string' && UNIT_TEXTS.get(unit) === plain
    return { unit: isSame ? unit : plain, system, code: plain }
  }
  if (system !== undefined && typeof code === 'string' && isKnownCode(system, code)) {
    return { system, code }
  }
  const text = unit ?? code
  if (text === undefined) return value['system'] === undefined ? {} : undefined
  if (typeof text !== 'string' || value['system'] !== undefined) return undefined
  const plain = UNIT_TEXTS.has(text) ? text : plainUnit(text)
  return plain === undefined ? undefined : { unit: plain }
}

function countQuantity(source: JsonObject, out: JsonObject, path: string, tally: Tally): void {
  for (const [key, member] of Object.entries(source)) {
    if (key === 'extension' || key === 'id' || key.startsWith('_'))
      tally.remove('extension', path, member)
    else if (key in out && key !== 'value' && key !== 'comparator' && out[key] !== member)
      tally.generalise('unit', childPath(path, key))
    else if (key in out) tally.keep()
    else tally.remove('element', path, member)
  }
}

/** An amount of money: at most seven digits before the point, an ISO 4217 currency. */
export function cleanMoney(value: JsonObject, path: string, tally: Tally): Value | undefined {
  const { value: number, currency } = value
  if (!(number instanceof NumberToken) || !isBoundedNumber(number, 7))
    return tally.remove('number', path, value)
  const out: JsonObject = Object.create(null)
  out['value'] = number
  tally.keep()
  if (typeof currency === 'string' && CURRENCIES.has(currency)) {
    out['currency'] = currency
    tally.keep()
  }
  return out
}
