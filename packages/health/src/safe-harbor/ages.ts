import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { ucumCodeOf } from '../Quantity.ts'
import { childrenOf, isObject, type JsonObject, memberOf } from '../Resource.ts'
import { AGE_CODES, BIRTH_CODES } from './ageCodes.ts'
import type { Agedness, Persons } from './agedness.ts'
import { yearsPerUnit } from './units.ts'

/**
 * Ages over 89 and years of birth that a resource states, or shows by an age and a year together
 * (45 CFR 164.514(b)(2)(i)(C)). One declaration: what is found here is removed by the writer and
 * refused by the checker, so that neither forgives what the other finds. It reads the Safe Harbor
 * form: dates are years.
 *
 * A number is an age in years where its element is one
 * (`onsetAge`, the range beside it), or where a code of the resource says so, whatever its unit; a quantity of time anywhere is an age as well as a duration. A number without a real unit in a statement (`value[x]`,
 * `detail[x]`) can be an age or a year of birth where the person is, or may be, over 89: from 90 to
 * 130, and the years in which such a person was born.
 */

/** Where in a resource: names and positions from its root. */
export type Steps = readonly (string | number)[]

export type AgeContext = {
  readonly asOfYear: number
  /** A year of the resource that stands elsewhere, such as that of its encounter. */
  readonly year: number | undefined
  readonly subject: Agedness
  /** The resource says in words that it is about an age or a birth. */
  readonly saysAge: boolean
}

/** A resource in Safe Harbor form or one that it contains, and what in it must go. */
export type FoundAges = { readonly part: JsonObject; readonly steps: readonly Steps[] }

/**
 * What must go of a resource and of what it contains. `source` is the resource as it was, whose
 * words may say what its codes do not.
 */
export function agesIn(
  value: JsonObject,
  persons: Persons,
  asOfYear: number,
  source?: JsonObject,
): FoundAges[] {
  const parts = [value, ...childrenOf(value, 'contained')]
  const year = persons.encounterYear(value)
  const saysAge = source !== undefined && namesAge(source)
  return parts.flatMap((part) => {
    if (!isObject(part)) return []
    const subject = persons.subjectOf(part, value)
    const steps = findAges(part, { asOfYear, year, subject, saysAge })
    return steps.length === 0 ? [] : [{ part, steps }]
  })
}

/**
 * True where a concept of the resource names an age or a birth in words: a hospital's own code
 * goes, and its value would stay.
 */
function namesAge(source: JsonObject): boolean {
  const holders = [source, ...childrenOf(source, 'component')]
  return holders
    .flatMap((holder) => childrenOf(holder, 'code'))
    .flatMap((concept) => [
      memberOf(concept, 'text'),
      ...childrenOf(concept, 'coding').map((coding) => memberOf(coding, 'display')),
    ])
    .some((text) => typeof text === 'string' && /\b(?:age|birth|born)\b/i.test(text))
}

/**
 * Elements to remove; a range, ratio or timing goes as a whole. Contained resources are looked into
 * by themselves.
 */
function findAges(resource: JsonObject, context: AgeContext): Steps[] {
  const found: Found = { numbers: [], years: [], statesAge: false, statesBirth: false }
  collect(resource, undefined, 'other', found)
  if (found.numbers.length === 0) return []
  const first = Math.min(...found.years, context.year ?? Number.POSITIVE_INFINITY)
  const isFamily = resource['resourceType'] === 'FamilyMemberHistory'
  const facts: Facts = {
    ...context,
    first,
    statesAge: found.statesAge || context.saysAge,
    statesBirth: found.statesBirth,
    // The ages of relatives are not the person's.
    isAged: context.subject === 'aged' && !isFamily,
    mayBeAged: context.subject !== 'young' && context.subject !== 'absent' && !isFamily,
  }
  return found.numbers.filter((number) => tells(number, facts)).map(({ steps }) => steps)
}

/**
 * What a number's place makes of it: an age, the value of a statement, or an amount of something.
 */
type Place = 'age' | 'statement' | 'other'
type Number_ = {
  readonly steps: Steps
  readonly place: Place
  readonly parts: readonly Part[]
}
/** A number with its unit: years per unit, none, or a unit that is not of time. */
type Part = { readonly value: number; readonly unit: number | 'none' | 'other' }
type Found = {
  numbers: Number_[]
  years: number[]
  statesAge: boolean
  statesBirth: boolean
}
type Facts = AgeContext & {
  readonly first: number
  readonly statesAge: boolean
  readonly statesBirth: boolean
  readonly isAged: boolean
  readonly mayBeAged: boolean
}

const OLDEST = 90
/** Nobody has become older, so a larger number is not an age. */
const LONGEST = 130

function tells({ place, parts }: Number_, facts: Facts): boolean {
  return parts.some((part) => tellsOne(part, place, facts))
}

function tellsOne({ value, unit }: Part, place: Place, facts: Facts): boolean {
  const isAge = place === 'age' || facts.statesAge
  if (typeof unit === 'number') {
    const years = value * unit
    return (isAge && facts.isAged) || showsAge(years, facts)
  }
  if (isAge) return facts.isAged || showsAge(value, facts) || isBirthYear(value, facts)
  if (unit === 'other') return false
  if (facts.statesBirth) return isBirthYear(value, facts)
  if (place !== 'statement' || !facts.mayBeAged) return false
  return (value >= OLDEST && value <= LONGEST) || isBirthYear(value, facts)
}

/**
 * True for an age over 89, or one that is over 89 by now, counted from the first year of the
 * resource.
 */
function showsAge(years: number, { first, asOfYear }: Facts): boolean {
  return years >= OLDEST || (years >= 1 && first - years <= asOfYear - OLDEST)
}

function isBirthYear(value: number, { asOfYear }: Facts): boolean {
  return value >= asOfYear - 150 && value <= asOfYear - OLDEST
}

/**
 * Keys whose quantity or range is an age by the definitions: of the type Age, or beside it in a
 * choice.
 */
const AGE_KEY = /^(?:onset|abatement|age|deceased|performed)(?:Age|Range)$|^whenRange$/
const STATEMENT_KEY = /^(?:value|detail)[A-Z]|^referenceRange$/

function placeOf(key: string, inside: Place): Place {
  if (AGE_KEY.test(key)) return 'age'
  return STATEMENT_KEY.test(key) ? 'statement' : inside
}

/** A place in the resource by the way up; written out only for what is found. */
type At = { readonly up: At; readonly step: string | number } | undefined

function stepsOf(at: At): Steps {
  const steps: (string | number)[] = []
  for (let one = at; one !== undefined; one = one.up) steps.unshift(one.step)
  return steps
}

function collect(object: JsonObject, at: At, inside: Place, found: Found): void {
  for (const key in object) {
    if (SKIPPED.has(key) || key.startsWith('_')) continue
    const member = object[key] as Value
    if (typeof member === 'string') collectText(key, member, found)
    else if (typeof member !== 'object' || member === null) continue
    else if (Array.isArray(member)) {
      const list = { up: at, step: key }
      member.forEach((item, i) => {
        if (typeof item === 'string') collectText(key, item, found)
        else if (isObject(item))
          collectObject(item, { up: list, step: i }, placeOf(key, inside), found)
      })
    } else if (isObject(member)) {
      collectObject(member, { up: at, step: key }, placeOf(key, inside), found)
    } else if (/^(?:value|detail)Integer$/.test(key)) {
      // Other numbers without a quantity, such as `sequence`, count something.
      const value = Number((member as NumberToken).text)
      const steps = stepsOf({ up: at, step: key })
      found.numbers.push({ steps, place: 'statement', parts: [{ value, unit: 'none' }] })
    }
  }
}

const SKIPPED: ReadonlySet<string> = new Set([
  'extension',
  'contained',
  'meta',
  'resourceType',
  'id',
])
const NO_YEARS: ReadonlySet<string> = new Set(['system', 'unit', 'postalCode', 'reference'])

function collectText(key: string, text: string, found: Found): void {
  if (key === 'code') {
    found.statesAge ||= AGE_CODES.has(text)
    found.statesBirth ||= BIRTH_CODES.has(text)
  } else if (text.length === 4 && !NO_YEARS.has(key) && /^\d{4}$/.test(text)) {
    found.years.push(Number(text))
  }
}

function collectObject(object: JsonObject, at: At, place: Place, found: Found): void {
  const parts = partsOf(object)
  const timing = parts ?? timingParts(object)
  if (timing !== undefined && timing.length > 0) {
    found.numbers.push({ steps: stepsOf(at), place, parts: timing })
  }
  if (parts === undefined) collect(object, at, place, found)
}

/**
 * The numbers of a quantity, range or ratio; undefined for any other object, empty for the class of
 * ages over 89.
 */
function partsOf(object: JsonObject): Part[] | undefined {
  if (object['value'] instanceof NumberToken) {
    return object['currency'] !== undefined || isOldestClass(object) ? [] : [partOf(object)]
  }
  const { low, high, numerator, denominator } = object
  if (isObject(numerator) || isObject(denominator)) return ratioParts(numerator, denominator)
  const ends = [low, high].filter(
    (end): end is JsonObject => isObject(end) && end['value'] instanceof NumberToken,
  )
  if (ends.length > 0) {
    // A range cannot say "or older" by a comparator; one that begins at 90 and is open says so.
    const [only] = ends
    const isOpen = only !== undefined && only === low && ends.length === 1 && isYears(only, '90')
    return isOpen ? [] : ends.map(partOf)
  }
  return undefined
}

function ratioParts(numerator: Value | undefined, denominator: Value | undefined): Part[] {
  const sides = [numerator, denominator].filter(
    (side): side is JsonObject => isObject(side) && side['value'] instanceof NumberToken,
  )
  const parts = sides.filter((side) => !isOldestClass(side)).map(partOf)
  const [over, under] = parts
  // 188 to 2 is 94.
  if (over !== undefined && under !== undefined && under.value !== 0 && under.unit === 'none') {
    parts.push({ value: over.value / under.value, unit: over.unit })
  }
  return parts
}

const TIMING_UNITS: readonly (readonly [unit: string, numbers: readonly string[]])[] = [
  ['periodUnit', ['period', 'periodMax']],
  ['durationUnit', ['duration', 'durationMax']],
]

function timingParts(object: JsonObject): Part[] | undefined {
  const parts = TIMING_UNITS.flatMap(([unit, names]) => {
    const years = typeof object[unit] === 'string' ? yearsPerUnit(object[unit]) : undefined
    if (years === undefined) return []
    return names.flatMap((name) => {
      const number = object[name]
      return number instanceof NumberToken ? [{ value: Number(number.text), unit: years }] : []
    })
  })
  return parts.length === 0 ? undefined : parts
}

function partOf(quantity: JsonObject): Part {
  const value = Number((quantity['value'] as NumberToken).text)
  const code = ucumCodeOf(quantity)
  if (code === undefined)
    return { value, unit: quantity['system'] === undefined ? 'none' : 'other' }
  if (code === '' || code === '1') return { value, unit: 'none' }
  return { value, unit: yearsPerUnit(code) ?? 'other' }
}

/** "90 or older", which is what the law asks for. */
function isOldestClass(quantity: JsonObject): boolean {
  return quantity['comparator'] === '>=' && isYears(quantity, '90')
}

function isYears(quantity: JsonObject, text: string): boolean {
  return (quantity['value'] as NumberToken).text === text && ucumCodeOf(quantity) === 'a'
}
