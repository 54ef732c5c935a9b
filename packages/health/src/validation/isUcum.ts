import { ucumUtils } from 'fhirpath'
import { withUtcClock } from '../predicate/utcClock.ts'

const UNIT_LENGTH = 128
const KNOWN_COUNT = 10_000
const known = new Map<string, boolean>()

type Utils = { validateUnitString(unit: string): { status: string } }

/** True for a unit of the Unified Code for Units of Measure (https://ucum.org/ucum), case sensitive. */
export function isUcum(unit: string): boolean {
  let result = known.get(unit)
  if (result === undefined) {
    result = /^[!-~]+$/.test(unit) && unit.length <= UNIT_LENGTH && isValid(unit)
    if (known.size < KNOWN_COUNT) known.set(unit, result)
  }
  return result
}

/** The library writes units that it can't read to the console, and a unit comes from a record. */
function isValid(unit: string): boolean {
  return withUtcClock(
    new Date(0),
    () => (ucumUtils as Utils).validateUnitString(unit).status === 'valid',
  )
}
