import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { childrenOf, isObject, type JsonObject, memberOf } from '../Resource.ts'
import { isLawfulYear, yearOf } from './dates.ts'
import { AGE_CLASS } from './rules.ts'

/**
 * Whether a person is over 89: `unknown` where the record has no birth date, `absent` where it has
 * no Patient.
 */
export type Agedness = 'aged' | 'young' | 'unknown' | 'absent'

/**
 * Of a Patient by its birth date. A date that is masked was that of somebody who is, or would be,
 * over 89.
 */
function agednessOf(patient: JsonObject, asOfYear: number): Agedness {
  const { birthDate, _birthDate } = patient
  const year = typeof birthDate === 'string' ? yearOf(birthDate) : undefined
  if (year !== undefined) return isLawfulYear(year, asOfYear) ? 'young' : 'aged'
  return isObject(_birthDate) && _birthDate['extension'] !== undefined ? 'aged' : 'unknown'
}

/** True where the Patient has the class of ages over 89. */
export function hasAgeClass(patient: JsonObject): boolean {
  const extensions = childrenOf(patient['_birthDate'] ?? null, 'extension')
  return extensions.some((extension) => memberOf(extension, 'url') === AGE_CLASS)
}

/** Elements that name the person whom a resource is about. */
const SUBJECTS = ['subject', 'patient', 'beneficiary', 'individual']

/**
 * Who of a record is over 89, and in which year each encounter began, by the ids of the Safe Harbor
 * form.
 */
export type Persons = {
  /** A resource, with the id that it has in the Safe Harbor form. */
  add(type: string, newId: string, value: JsonObject): void
  /**
   * Of the person whom a resource is about; `container` is the resource that holds it, or itself.
   */
  subjectOf(resource: JsonObject, container: JsonObject): Agedness
  /** The year in which the resource's encounter began. */
  encounterYear(resource: JsonObject): number | undefined
}

/** A resource whose subject is not in the record is taken to be about the oldest person of it. */
export function createPersons(asOfYear: number): Persons {
  const byId = new Map<string, Agedness>()
  const years = new Map<string, number>()
  return {
    add(type, newId, value) {
      if (type === 'Patient') byId.set(newId, agednessOf(value, asOfYear))
      const year = type === 'Encounter' ? startYear(value['period']) : undefined
      if (year !== undefined) years.set(newId, year)
    },
    subjectOf(resource, container) {
      if (resource['resourceType'] === 'Patient') return agednessOf(resource, asOfYear)
      for (const key of SUBJECTS) {
        const reference = memberOf(resource[key], 'reference')
        if (typeof reference !== 'string') continue
        const known = reference.startsWith('#')
          ? containedAgedness(container, reference.slice(1), asOfYear)
          : byId.get(idIn(reference))
        if (known !== undefined) return known
      }
      const seen = new Set(byId.values())
      for (const one of ['aged', 'unknown', 'young'] as const) if (seen.has(one)) return one
      return 'absent'
    },
    encounterYear(resource) {
      const member = resource['encounter'] ?? resource['context']
      const reference = memberOf(member, 'reference')
      return typeof reference === 'string' ? years.get(idIn(reference)) : undefined
    },
  }
}

/**
 * The id at the end of `Type/id` and `urn:uuid:id`, the two forms of references that are written.
 */
function idIn(reference: string): string {
  return reference.slice(Math.max(reference.lastIndexOf('/'), reference.lastIndexOf(':')) + 1)
}

function startYear(period: Value | undefined): number | undefined {
  const start = memberOf(period, 'start') ?? memberOf(period, 'end')
  return typeof start === 'string' ? yearOf(start) : undefined
}

function containedAgedness(
  container: JsonObject,
  id: string,
  asOfYear: number,
): Agedness | undefined {
  const patient = childrenOf(container, 'contained').find(
    (one) => memberOf(one, 'id') === id && memberOf(one, 'resourceType') === 'Patient',
  )
  return isObject(patient) ? agednessOf(patient, asOfYear) : undefined
}
