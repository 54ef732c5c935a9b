import { NumberToken } from '@ambrosia/primitives/CanonicalJson'

/**
 * What says, besides modifier elements, that a resource or an element can't be taken at its word.
 * None of these is a modifier to FHIR.
 */

const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
const V3 =
  /^http:\/\/(?:terminology\.hl7\.org\/CodeSystem|hl7\.org\/fhir)\/(?:v3[-/])?ObservationValue$/

/** Labels and tags of `meta` (HL7 v3 ObservationValue), and what they say. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['UNRELIABLE', 'it is marked as unreliable'],
  ['UNCERTREL', 'it is marked as of uncertain reliability'],
  // A server may leave modifiers out of a part of a resource (FHIR R4, search.html#elements).
  ['SUBSETTED', 'it is marked as a part of a resource'],
])

type Plain = { readonly [name: string]: unknown }

/** Why a resource can't be relied on by its `meta`, if so. */
export function doubtOf(resource: object): string | undefined {
  const { meta } = resource as Plain
  if (typeof meta !== 'object' || meta === null) return undefined
  const { security, tag } = meta as Plain
  for (const one of [security, tag].flat()) {
    const { system, code } = (one ?? {}) as Plain
    const doubt = typeof code === 'string' ? MARKS.get(code) : undefined
    if (doubt !== undefined && typeof system === 'string' && V3.test(system)) return doubt
  }
  return undefined
}

/**
 * True where an element has content, and beside it a reason why it has none: it says two things.
 */
export function isContradicted(holder: object, name: string): boolean {
  const value = (holder as Plain)[name]
  if (value === undefined || value === null) return false
  if (typeof value !== 'object' || value instanceof NumberToken)
    return hasReason((holder as Plain)[`_${name}`])
  if (Array.isArray(value) || !hasReason(value)) return false
  return Object.keys(value).some((key) => key !== 'extension' && key !== 'id')
}

function hasReason(element: unknown): boolean {
  if (typeof element !== 'object' || element === null) return false
  const { extension } = element as Plain
  return (
    Array.isArray(extension) &&
    extension.some((one) => (one as Plain | null)?.['url'] === DATA_ABSENT)
  )
}
