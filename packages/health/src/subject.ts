import type { Resolve } from './Bundle.ts'
import type { Resource } from './Resource.ts'
import { childrenOf, isObject, memberOf } from './resource/json.ts'

/**
 * Elements that say whom a resource is about (FHIR R4); `focus` of an Observation names another
 * than its subject.
 */
export const SUBJECT_ELEMENTS: readonly string[] = ['subject', 'patient', 'focus']

/**
 * True where a resource is about the Patient of its record, or names nobody. A subject that is
 * somebody else, a group, a device or not in the record is not the Patient; nor is one that is
 * masked.
 */
export function isAboutPatient(
  resource: Resource,
  patient: Resource | undefined,
  resolve: Resolve,
): boolean {
  if (patient === undefined || resource === patient) return true
  return SUBJECT_ELEMENTS.every((element) =>
    childrenOf(resource.value, element).every((one) => {
      if (!isObject(one)) return false
      const { reference, identifier } = one
      if (typeof reference === 'string') return resolve(reference, resource) === patient
      if (identifier !== undefined) return hasIdentifier(patient, identifier)
      // A name alone tells nobody apart from the person whose record it is; an extension alone
      // masks it.
      return one['display'] !== undefined
    }),
  )
}

function hasIdentifier(patient: Resource, wanted: unknown): boolean {
  const { system, value } = wanted as { system?: unknown; value?: unknown }
  return childrenOf(patient.value, 'identifier').some(
    (one) =>
      typeof value === 'string' &&
      memberOf(one, 'value') === value &&
      memberOf(one, 'system') === system,
  )
}
