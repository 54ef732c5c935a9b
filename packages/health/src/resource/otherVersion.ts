import type { FhirResource } from '../Resource.ts'
import { isStu3Element } from './earlierVersions.ts'
import { isR5Element } from './laterVersions.ts'

/** A version of FHIR that a record seems to be in, and the first sign of it. */
export type OtherVersion = { version: 'STU3' | 'R5'; sign: string }

/**
 * The other version of FHIR that a record seems to be in: elements that the version has and R4 does
 * not, or that have another form there. Undefined where nothing points to one. A sign names a type
 * and an element of the specification, never a value.
 */
export function otherVersion(resources: readonly FhirResource[]): OtherVersion | undefined {
  const signs: Record<OtherVersion['version'], string[]> = { STU3: [], R5: [] }
  for (const resource of resources) {
    const { resourceType: type } = resource
    for (const [key, value] of Object.entries(resource)) {
      if (isStu3Element(type, key, value)) signs.STU3.push(`${type}.${key}`)
      // A class of an Encounter is one coding in R4 and a list of concepts in R5.
      const isR5 = isR5Element(type, key) || (type === 'Encounter' && isListOfClasses(key, value))
      if (isR5) signs.R5.push(`${type}.${key}`)
    }
  }
  const version = signs.STU3.length > signs.R5.length ? 'STU3' : 'R5'
  const [sign] = signs[version]
  return sign === undefined ? undefined : { version, sign }
}

function isListOfClasses(key: string, value: unknown): boolean {
  return key === 'class' && Array.isArray(value)
}
