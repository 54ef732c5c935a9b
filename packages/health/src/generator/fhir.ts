import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import type { JsonObject } from '../Resource.ts'

/** Small parts of resources, HL7 FHIR R4. */

export const SNOMED = 'http://snomed.info/sct'
export const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
export const CVX = 'http://hl7.org/fhir/sid/cvx'
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'
const HL7 = 'http://terminology.hl7.org/CodeSystem/'

export function coding(system: string, code: string, display: string): JsonObject {
  return { system, code, display }
}

export function concept(...codings: JsonObject[]): JsonObject {
  const first = codings[0]?.['display'] as string
  return { coding: codings, text: first }
}

export function hl7(name: string, code: string, display: string): JsonObject {
  return { coding: [coding(HL7 + name, code, display)] }
}

export function hl7Coding(name: string, code: string, display: string): JsonObject {
  return coding(HL7 + name, code, display)
}

/** A number as the digits that stand in the file. */
export function number(text: string | number): NumberToken {
  return new NumberToken(String(text))
}

export function quantity(
  value: string | number,
  unit: string,
  unitText: string = unit,
): JsonObject {
  return { value: number(value), unit: unitText, system: UCUM, code: unit }
}

export function reference(id: string): JsonObject {
  return { reference: `urn:uuid:${id}` }
}

/** A resource with its id first and without the members that are undefined. */
export function resource(
  type: string,
  id: string,
  members: Record<string, Value | undefined>,
): JsonObject {
  const out: JsonObject = { resourceType: type, id }
  for (const [key, value] of Object.entries(members)) if (value !== undefined) out[key] = value
  return out
}
