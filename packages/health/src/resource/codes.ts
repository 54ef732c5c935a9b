import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { ALSO_PATHS, codePathsOf } from './codePaths.ts'
import { CODE_SYSTEMS, canonicalSystem } from './codeSystems.ts'
import { childrenOf, isObject, memberOf } from './json.ts'

/** A coding's two identifying parts. `system` is empty where the coding has none. */
export type Code = { system: string; code: string }

/** The main code by the type's table; the first path that holds a coding decides. */
export function mainCodeOfValue(type: string, value: Value): Code | undefined {
  for (const path of codePathsOf(type)) {
    const codes = codingsAt(value, path)
    if (codes.length > 0) return sortCodes(codes)[0]
  }
  return undefined
}

/**
 * Every coding of the elements that name what the resource is about, those of the main element
 * first, each once. With them the codes of an Observation's components, and of a contained
 * Medication that a medication resource refers to.
 */
export function codesOfValue(type: string, value: Value): readonly Code[] {
  if (!isObject(value)) return []
  let codes = known.get(value)
  if (codes === undefined) {
    codes = collect(type, value)
    known.set(value, codes)
  }
  return codes
}

/** Resources are never changed once they are read, and are asked for their codes many times. */
const known = new WeakMap<object, readonly Code[]>()

function collect(type: string, value: Value): Code[] {
  const found: Code[] = []
  for (const path of [...codePathsOf(type), ...(ALSO_PATHS.get(type) ?? [])]) {
    for (const code of sortCodes(codingsAt(value, path))) {
      if (!found.some((one) => compareCodes(one, code) === 0)) found.push(code)
    }
  }
  for (const code of containedMedication(value)) {
    if (!found.some((one) => compareCodes(one, code) === 0)) found.push(code)
  }
  return found
}

function containedMedication(value: Value): Code[] {
  const reference = memberOf(memberOf(value, 'medicationReference'), 'reference')
  if (typeof reference !== 'string' || !reference.startsWith('#')) return []
  return childrenOf(value, 'contained')
    .filter((one) => memberOf(one, 'id') === reference.slice(1))
    .flatMap((one) => sortCodes(codingsAt(one, ['code'])))
}

/** Codings, as they stand, at a path of element names. */
function codingsAt(value: Value, path: readonly string[]): Code[] {
  let values: Value[] = [value]
  for (const element of path) values = values.flatMap((one) => childrenOf(one, element))
  return values.flatMap(codingsOf)
}

/** The codes of a CodeableConcept, a Coding, or nothing; systems by their URL. */
export function codingsOf(concept: Value): Code[] {
  const codings = childrenOf(concept, 'coding')
  return (codings.length > 0 ? codings : [concept]).flatMap((coding) => {
    const code = memberOf(coding, 'code')
    const system = memberOf(coding, 'system')
    if (typeof code !== 'string') return []
    return [{ system: typeof system === 'string' ? canonicalSystem(system) : '', code }]
  })
}

/** By rank of the system, system and code. */
export function sortCodes(codes: readonly Code[]): Code[] {
  if (codes.length < 2) return [...codes]
  return codes.toSorted((a, b) => rankOf(a.system) - rankOf(b.system) || compareCodes(a, b))
}

const RANKS: ReadonlyMap<string, number> = new Map(
  [...CODE_SYSTEMS].map((system, i) => [system, i]),
)

function rankOf(system: string): number {
  return RANKS.get(system) ?? RANKS.size
}

/** Order of codings by system, then code, in UTF-16 code units. */
export function compareCodes(a: Code, b: Code): number {
  if (a.system !== b.system) return a.system < b.system ? -1 : 1
  if (a.code !== b.code) return a.code < b.code ? -1 : 1
  return 0
}
