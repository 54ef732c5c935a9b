import { NumberToken, toPlain, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type Resource } from '../Resource.ts'
import { AGE_CODES } from './ageCodes.ts'
import { AGE_CLASS } from './rules.ts'
import { yearsPerUnit } from './units.ts'

type Found = { resourceIndex: number; path: string }
type Leaf = { path: string; value: Value }

/**
 * Ages over 89 that a record states, or shows by an age and a year in one resource, or by any age of a person whose age is "90 or older".
 */
export function checkAges(resources: readonly Resource[], asOfYear: number): Found[] {
  const findings: Found[] = []
  const anyAged = resources.some(
    ({ type, value }) => type === 'Patient' && JSON.stringify(toPlain(value)).includes(AGE_CLASS),
  )
  for (const [resourceIndex, { type, value }] of resources.entries()) {
    if (!mayStateAge(value)) continue
    const leaves: Leaf[] = []
    collect(value, type, leaves)
    const years = leaves.flatMap((leaf) => (isYear(leaf) ? [Number(leaf.value)] : []))
    const first = Math.min(...years, asOfYear)
    const states = leaves.some(
      ({ path, value: leaf }) => /\.code\.coding\.code$/.test(path) && AGE_CODES.has(String(leaf)),
    )
    for (const { path, value: leaf } of leaves) {
      const age = ageOf(path, leaf, states && type === 'Observation')
      if (age === undefined) continue
      const bare = /(?:onset|abatement|age|deceased)Age$/i.test(path)
      if (
        age > 90 ||
        (bare && anyAged && isAboutAged(value, resources)) ||
        (age >= 1 && first - age <= asOfYear - 90)
      ) {
        findings.push({ resourceIndex, path })
      }
    }
  }
  return findings
}

/** True where a quantity of time or a code of an age stands anywhere. */
function mayStateAge(value: Value): boolean {
  if (typeof value === 'string') return AGE_CODES.has(value)
  if (value === null || typeof value !== 'object' || value instanceof NumberToken) return false
  if (Array.isArray(value)) return value.some(mayStateAge)
  if (value['value'] instanceof NumberToken) {
    return yearsPerUnit(String(value['code'] ?? value['unit'])) !== undefined
  }
  for (const key in value) if (mayStateAge(value[key] as Value)) return true
  return false
}

/** Strings and quantities of a resource with their paths; extensions are left out, they have one fixed form. */
function collect(value: Value, path: string, leaves: Leaf[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, path, leaves)
  else if (isObject(value)) {
    if (value['value'] instanceof NumberToken) leaves.push({ path, value })
    else {
      for (const [key, member] of Object.entries(value)) {
        if (key !== 'extension' && !key.startsWith('_')) collect(member, `${path}.${key}`, leaves)
      }
    }
  } else leaves.push({ path, value })
}

function isYear({ path, value }: Leaf): boolean {
  return typeof value === 'string' && /^\d{4}$/.test(value) && !/\.(?:code|postalCode)$/.test(path)
}

function ageOf(path: string, value: Value, states: boolean): number | undefined {
  if (value instanceof NumberToken)
    return states && path.endsWith('.valueInteger') ? Number(value.text) : undefined
  if (!isObject(value)) return undefined
  if (value['comparator'] === '>=' && (value['value'] as NumberToken).text === '90')
    return undefined
  const unit = value['code'] ?? value['unit']
  const factor = unit === undefined ? (states ? 1 : undefined) : yearsPerUnit(String(unit))
  if (factor === undefined) return undefined
  return Number((value['value'] as NumberToken).text) * factor
}

/** True unless the subject is a Patient of the record without the class. */
function isAboutAged(value: Value, resources: readonly Resource[]): boolean {
  if (!isObject(value)) return true
  for (const key of ['subject', 'patient', 'beneficiary', 'individual']) {
    const member = value[key]
    const reference = isObject(member) ? String(member['reference']) : undefined
    const id = reference?.split(/[/:]/).at(-1)
    const patient = resources.find((resource) => resource.type === 'Patient' && resource.id === id)
    if (patient !== undefined) return JSON.stringify(toPlain(patient.value)).includes(AGE_CLASS)
  }
  return true
}
