import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject } from '../Resource.ts'
import { AGE_CODES } from './ageCodes.ts'
import type { Tally } from './report.ts'
import { yearsPerUnit } from './units.ts'

/**
 * Removes every age that, with a year beside it, shows that the person is over 89 by now: an onset at 85 recorded in 2015 names
 * the year of birth as well as the date would. Changes `resource`.
 */
export function guardAges(
  resource: JsonObject,
  asOfYear: number,
  encounterYear: number | undefined,
  tally: Tally,
): void {
  const type = String(resource['resourceType'])
  const first = yearsIn(resource).reduce(
    (a, b) => Math.min(a, b),
    encounterYear ?? Number.POSITIVE_INFINITY,
  )
  const limit = Number.isFinite(first) ? first - (asOfYear - 90) : 90
  visit(resource, type, isAgeObservation(resource), limit, tally)
}

/** True when `years` of age in the resource's first year, or over 89 at any time, mean an age over 89 now. */
function shows(years: number, limit: number): boolean {
  return years >= limit || years > 90
}

function visit(
  object: JsonObject,
  path: string,
  ageObservation: boolean,
  limit: number,
  tally: Tally,
): void {
  for (const [key, member] of Object.entries(object)) {
    if (key === 'extension' || key.startsWith('_')) continue
    const inner = `${path}.${key}`
    for (const item of Array.isArray(member) ? member : [member]) {
      if (item instanceof NumberToken) {
        if (
          ageObservation &&
          key === 'valueInteger' &&
          shows(Number(item.text), Math.min(limit, 90))
        )
          drop(object, key, inner, tally)
        continue
      }
      if (!isObject(item)) continue
      const years = yearsOf(item, ageObservation && key === 'valueQuantity')
      if (years === undefined) visit(item, inner, ageObservation, limit, tally)
      else if (years >= 1 && shows(years, limit)) drop(object, key, inner, tally)
    }
  }
}

function drop(object: JsonObject, key: string, path: string, tally: Tally): void {
  tally.withdraw('age', path, object[key])
  delete object[key]
  if (key.startsWith('value') && object['code'] !== undefined) {
    object['dataAbsentReason'] = {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'masked' },
      ],
    }
  }
}

/** Years that a quantity states, undefined for what is no time. A unit-less number is one in an observation of an age. */
function yearsOf(object: JsonObject, isAge: boolean): number | undefined {
  const value = object['value']
  if (!(value instanceof NumberToken)) return undefined
  // The class of ages over 89 is what the law asks for.
  if (value.text === '90' && object['comparator'] === '>=') return undefined
  const code = object['code'] ?? object['unit']
  const factor = typeof code === 'string' ? yearsPerUnit(code) : isAge ? 1 : undefined
  if (factor === undefined) return undefined
  return Number(value.text) * factor
}

/** True for an Observation that states an age, whatever its unit. */
export function isAgeObservation(resource: JsonObject): boolean {
  if (resource['resourceType'] !== 'Observation') return false
  const concepts = [
    resource['code'],
    ...(Array.isArray(resource['component']) ? resource['component'] : []).map((item) =>
      isObject(item) ? item['code'] : null,
    ),
  ]
  return concepts.some((concept) => {
    const coding = isObject(concept as Value) ? (concept as JsonObject)['coding'] : undefined
    return (
      Array.isArray(coding) &&
      coding.some((one) => isObject(one) && AGE_CODES.has(String(one['code'])))
    )
  })
}

function yearsIn(value: Value): number[] {
  if (typeof value === 'string') return /^\d{4}$/.test(value) ? [Number(value)] : []
  if (Array.isArray(value)) return value.flatMap(yearsIn)
  return isObject(value)
    ? Object.entries(value).flatMap(([key, member]) =>
        key === 'code' || key === 'postalCode' ? [] : yearsIn(member),
      )
    : []
}
