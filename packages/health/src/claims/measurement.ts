import { NumberToken } from '@ambrosia/primitives/CanonicalJson'
import type { MeasurementRule } from '../ClaimProfile.ts'
import { type Comparison, comparisonOf } from '../Meaning.ts'
import { isContradicted } from '../meaning/doubts.ts'
import { ucumCodeOf } from '../Quantity.ts'
import { dateOf, type Resource } from '../Resource.ts'
import { isObject, type JsonObject } from '../resource/json.ts'
import * as Ucum from '../Ucum.ts'
import { isLess, type Ratio, toScaledInteger } from '../ucum/Ratio.ts'
import type { Context, Holder } from './Context.ts'
import { instantOf } from './dates.ts'
import type { Evidence, Place } from './Evidence.ts'

/** A quantity that counts: its number in the rule's unit, and whether it is a value or a limit. */
type Reading = Place & { number: Ratio; comparison: Comparison; date: string; instant: number }

/**
 * The latest result under the rule's codes. Of several at one time the largest; a limit such as ">
 * 60" is claimed as a limit, never as a value, and hides an older value.
 */
export function weighMeasurement(rule: MeasurementRule, context: Context): Evidence {
  const readings: Reading[] = []
  const others: (Place & { why: string })[] = []
  for (const holder of holdersOf(rule, context)) {
    const reading = read(holder, rule, context)
    if ('why' in reading) others.push(reading)
    else readings.push(reading)
  }
  const latest = readings.reduce((max, { instant }) => Math.max(max, instant), -Infinity)
  const newest = readings.filter(({ instant }) => instant === latest)
  const older = readings.filter(({ instant }) => instant !== latest)
  others.push(...older.map(({ index, path }) => ({ index, path, why: 'it is older' })))
  const { values, from } = claimsOf(rule, newest)
  const rest = newest.filter((reading) => !from.includes(reading))
  const why = 'it is not the largest of its time'
  others.push(...rest.map(({ index, path }) => ({ index, path, why })))
  const first = from[0]
  if (first !== undefined) values[`${rule.claim}Year`] = Number(first.date.slice(0, 4))
  return {
    claim: rule.claim,
    values,
    from: from.map(({ index, path }) => ({ index, path })),
    others,
  }
}

/** Each Observation or component once, though it may have several of the codes. */
function holdersOf(rule: MeasurementRule, context: Context): Iterable<Holder> {
  const [first = [], ...rest] = rule.codes.map((code) => context.holders(code))
  if (rest.every((list) => list.length === 0)) return first
  return new Map([first, ...rest].flat().map((holder) => [holder.value, holder])).values()
}

function read(
  { index, path, value }: Holder,
  rule: MeasurementRule,
  context: Context,
): Reading | (Place & { why: string }) {
  const refuse = (why: string, at = path): Place & { why: string } => ({ index, path: at, why })
  const refusal = context.refusal(index)
  if (refusal !== undefined) return refuse(refusal)
  const use = context.use(index)
  if (use.claim !== 'present') return refuse(use.because)
  if (value['dataAbsentReason'] !== undefined) return refuse('its value is absent for a reason')
  const quantity = value['valueQuantity']
  if (!isObject(quantity)) return refuse(whyNoQuantity(value))
  const at = `${path}.value`
  if (isContradicted(value, 'valueQuantity')) return refuse('its value is absent for a reason', at)
  const comparison = comparisonOf(quantity)
  if (comparison === undefined) return refuse('it is not clear what its number is', at)
  const token = quantity['value']
  if (!(token instanceof NumberToken)) return refuse('its quantity has no number', at)
  const unit = ucumCodeOf(quantity)
  if (unit === undefined) return refuse('its unit is not one of UCUM', at)
  if (unit === '') return refuse('it has no unit', at)
  const number = Ucum.convert(token.text, unit, rule.unit)
  if (number === undefined) return refuse(`${unit} does not convert into ${rule.unit}`, at)
  const date = dateOf(context.resources[index] as Resource) ?? ''
  const instant = instantOf(date)
  if (!/^\d{4}/.test(date) || Number.isNaN(instant)) return refuse('it has no date')
  if (instant > context.asOf.getTime()) return refuse('it is dated after the day of the claims')
  return { index, path: at, number, comparison, date, instant }
}

function whyNoQuantity(value: JsonObject): string {
  const key = Object.keys(value).find((name) => /^_?value[A-Z]/.test(name))
  return key === undefined ? 'it has no value' : 'its value is not a quantity'
}

/**
 * Claims of the readings of one time. What is rounded stays true: a lower limit goes down, an upper
 * one up.
 */
function claimsOf(
  rule: MeasurementRule,
  readings: readonly Reading[],
): { values: Record<string, number>; from: Reading[] } {
  const exact = largest(readings.filter(({ comparison }) => comparison === 'value'))
  const below = largest(readings.filter(({ comparison }) => comparison.startsWith('<')))
  const hasAbove = readings.some(({ comparison }) => comparison.startsWith('>'))
  const values: Record<string, number> = {}
  const from: Reading[] = []
  const put = (end: string, reading: Reading, rounding: 'nearest' | 'down' | 'up'): void => {
    const integer = toScaledInteger(reading.number, rule.scale, rounding)
    if (integer === undefined) return
    values[rule.claim + end] = integer
    from.push(reading)
  }
  if (hasAbove) {
    // The largest may be any number from here on: the largest of what is not an upper limit.
    const least = largest(readings.filter(({ comparison }) => !comparison.startsWith('<')))
    if (least !== undefined) put('AtLeast', least, 'down')
  } else if (below !== undefined && (exact === undefined || isLess(exact.number, below.number))) {
    put('AtMost', below, 'up')
    if (exact !== undefined) put('AtLeast', exact, 'down')
  } else if (exact !== undefined) put('', exact, 'nearest')
  return { values, from }
}

function largest(readings: readonly Reading[]): Reading | undefined {
  let best: Reading | undefined
  for (const reading of readings) {
    if (best === undefined || isLess(best.number, reading.number)) best = reading
  }
  return best
}
