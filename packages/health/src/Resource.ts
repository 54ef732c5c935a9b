import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { canonicalSystem } from './resource/codeSystems.ts'
import { type Code, codesOfValue, mainCodeOfValue } from './resource/codes.ts'
import { childrenOf, isObject, memberOf } from './resource/json.ts'
import { PERIOD_ELEMENTS } from './resource/periodElements.ts'

export { canonicalSystem } from './resource/codeSystems.ts'
export { type Code, codesOfValue, compareCodes } from './resource/codes.ts'
export { childrenOf, isObject, type JsonObject, memberOf } from './resource/json.ts'

/** One FHIR resource as it stood in its file. */
export type Resource = {
  /** `resourceType`, such as `Observation`. */
  readonly type: string
  /**
   * The logical id; that of the entry's `fullUrl`, or `#` and its position in the file, where the
   * resource has none.
   */
  readonly id: string
  /** `Bundle.entry.fullUrl`, where the file had one. */
  readonly fullUrl?: string
  /** The parsed object, numbers as tokens, so that `6.40` keeps its digits. */
  readonly value: CanonicalJson.Value
}

/** A resource as plain JSON data. */
export type FhirResource = { resourceType: string; id?: string; [element: string]: unknown }

/** Plain JSON with doubles for numbers: to evaluate and to show, never to hash. */
export function toPlain(resource: Resource): FhirResource {
  return plainOf(resource.value) as FhirResource
}

/** As CanonicalJson.toPlain, in a third of the time: every step of a judgement begins with it. */
function plainOf(value: CanonicalJson.Value): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof CanonicalJson.NumberToken) return Number(value.text)
  if (Array.isArray(value)) return value.map(plainOf)
  const plain: Record<string, unknown> = {}
  for (const key in value) {
    const member = plainOf(value[key] as CanonicalJson.Value)
    // Assigning to this name would set the prototype.
    if (key === '__proto__') Object.defineProperty(plain, key, { value: member, enumerable: true })
    else plain[key] = member
  }
  return plain
}

/** The bytes that are digested and sealed: keys ordered as in RFC 8785, number tokens verbatim. */
export function canonicalBytes(resource: Resource): Uint8Array {
  return CanonicalJson.encode(resource.value)
}

/**
 * The main code of a resource, by which it is shown: of the element that the table in
 * `resource/codePaths.ts` names for its type, the first coding in the order of (rank of the system
 * in `resource/codeSystems.ts`, system, code). Codings without a code don't count.
 * @returns undefined where the type has no such element or the element holds no code.
 */
export function mainCode(resource: Resource): Code | undefined {
  return mainCodeOfValue(resource.type, resource.value)
}

/**
 * Every code that a resource has, the main one first: claims, groups, selection and criteria all
 * mean this by "has the code".
 */
export function codesOf(resource: Resource): readonly Code[] {
  return codesOfValue(resource.type, resource.value)
}

/**
 * True where the resource has the code; code systems named by their OID are the ones named by URL.
 */
export function hasCode(resource: Resource, wanted: Code): boolean {
  const system = canonicalSystem(wanted.system)
  return codesOf(resource).some((code) => code.code === wanted.code && code.system === system)
}

/**
 * The years that a resource speaks of: the first clinical date or period of the table in
 * `resource/periodElements.ts`. An open period ends in the year it starts. A birth date is not such
 * date.
 */
export function period(resource: Resource): { startYear: number; endYear: number } | undefined {
  const dates = datesOf(resource)
  if (dates === undefined) return undefined
  const startYear = yearOf(dates.start)
  const endYear = yearOf(dates.end)
  const first = startYear ?? endYear
  const last = endYear ?? startYear
  if (first === undefined || last === undefined) return undefined
  return { startYear: Math.min(first, last), endYear: Math.max(first, last) }
}

/** The first clinical date of a resource as written (`2021`, `2021-05-03`, …), for ordering. */
export function dateOf(resource: Resource): string | undefined {
  const dates = datesOf(resource)
  return dates?.start ?? dates?.end
}

function datesOf(
  resource: Resource,
): { start: string | undefined; end: string | undefined } | undefined {
  for (const element of PERIOD_ELEMENTS) {
    for (const value of childrenOf(resource.value, element)) {
      if (typeof value === 'string' && yearOf(value) !== undefined) {
        return { start: value, end: value }
      }
      const start = memberOf(value, 'start')
      const end = memberOf(value, 'end')
      if (typeof start === 'string' || typeof end === 'string') {
        return {
          start: typeof start === 'string' ? start : undefined,
          end: typeof end === 'string' ? end : undefined,
        }
      }
    }
  }
  return undefined
}

function yearOf(date: string | undefined): number | undefined {
  const match = date === undefined ? null : /^(\d{4})(?:-|$)/.exec(date)
  return match ? Number(match[1]) : undefined
}

/** Every `reference` inside the resource, as written, in document order without repetition. */
export function references(resource: Resource): string[] {
  const value = resource.value
  if (!isObject(value)) return []
  let found = foundReferences.get(value)
  if (!found) {
    const set = new Set<string>()
    collectReferences(value, set)
    found = [...set]
    foundReferences.set(value, found)
  }
  return [...found]
}

/**
 * A record is selected from several times while it is judged. Resources are never changed once they
 * are read.
 */
const foundReferences = new WeakMap<object, string[]>()

function collectReferences(value: CanonicalJson.Value, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, found)
  } else if (isObject(value)) {
    for (const key in value) {
      const member = value[key] as CanonicalJson.Value
      if (key === 'reference' && typeof member === 'string') found.add(member)
      else if (typeof member === 'object' && member !== null) collectReferences(member, found)
    }
  }
}
