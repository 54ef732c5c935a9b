import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { createIdentityIndex, identityOf, isMadeUp, normalUrl } from '../bundle/Identity.ts'
import { doubtOf } from '../meaning/doubts.ts'
import { isObject, type JsonObject, type Resource } from '../Resource.ts'
import { RekeyError } from './errors.ts'
import { UNKNOWN } from './fillRequired.ts'
import { isOpaqueId, isUuid } from './ids.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { elementsOf } from './tables.ts'

/** A kept resource as references see it. */
export type Target = {
  readonly type: string
  readonly newId: string
  readonly hadUrl: boolean
  /** How often the resource came. */
  count: number
}

export type ReferenceIndex = {
  /** Gives a resource its new id; undefined for one that is dropped. @throws SafeHarbor.Rekey */
  add(resource: Resource): Target | undefined
  /** The target of a resource that was added. */
  of(resource: Resource): Target | undefined
  /**
   * The resource that a literal reference names where it stands, undefined for what is not in the
   * record.
   */
  find(reference: string, from: Resource): Target | undefined
}

/**
 * Finds resources by relative, absolute and `urn:uuid` references. It holds ids and no content. A
 * resource that comes again, as on every page of a search, is one.
 */
export function createReferenceIndex(rekey: (type: string, id: string) => string): ReferenceIndex {
  const index = createIdentityIndex<Target>()
  const byIdentity = new Map<string, Target>()
  const used = new Map<string, string>()
  /**
   * One logical id on two servers is two resources: the server's URL is part of the name, or a URN
   * where two have one id.
   */
  const newIdOf = ({ type, id, fullUrl }: Resource, name: string): string => {
    if (fullUrl === undefined || isMadeUp(id)) return rekey(type, id)
    const url = normalUrl(fullUrl)
    if (url.startsWith('http:')) return rekey(type, url)
    const newId = rekey(type, id)
    return (used.get(newId) ?? name) === name ? newId : rekey(type, url)
  }
  return {
    add(resource) {
      const { type, id, fullUrl, value } = resource
      if (!isKept(type, value)) return undefined
      const name = nameOf(resource)
      const known = byIdentity.get(name)
      if (known !== undefined) {
        known.count++
        return known
      }
      const newId = newIdOf(resource, name)
      if (typeof newId !== 'string' || !isOpaqueId(newId) || newId === id) {
        throw new RekeyError(
          type,
          'an id that is neither a UUID nor 20 to 64 hexadecimal digits, or the old id',
        )
      }
      if ((used.get(newId) ?? name) !== name) throw new RekeyError(type, 'one id for two resources')
      used.set(newId, name)
      const target: Target = { type, newId, hadUrl: fullUrl !== undefined, count: 1 }
      byIdentity.set(name, target)
      index.add(resource, target)
      return target
    },
    of: (resource) => byIdentity.get(nameOf(resource)),
    find: (reference, from) => index.find(reference, from),
  }
}

function nameOf(resource: Resource): string {
  return identityOf(resource) ?? `${resource.type}/${resource.id}`
}

/**
 * True for a resource of a kept type whose meaning no unknown modifier or mark changes, and whose
 * required codes are codes of R4: where the value set has no `unknown`, nothing lawful can take the
 * place of another code.
 */
export function isKept(type: string, value: Value): value is JsonObject {
  return (
    KEPT_TYPES.has(type) &&
    isObject(value) &&
    value['resourceType'] === type &&
    value['modifierExtension'] === undefined &&
    value['implicitRules'] === undefined &&
    doubtOf(value) === undefined &&
    hasRequiredCodes(value, type)
  )
}

function hasRequiredCodes(value: JsonObject, type: string): boolean {
  for (const [name, { min, codes }] of elementsOf(type) ?? []) {
    if (min === 0 || codes === undefined || codes.has(UNKNOWN)) continue
    const code = value[name]
    if (typeof code !== 'string' || !codes.has(code)) return false
  }
  return true
}

/** How references and `fullUrl` are written: as the source did, for a Bundle, or for NDJSON. */
export type ReferenceForm = 'source' | 'urn:uuid' | 'relative'

/**
 * The `fullUrl` of a resource in the form: a `urn:uuid` where it has one and its new id is a UUID.
 */
export function writeFullUrl(target: Target, form: ReferenceForm): string | undefined {
  if (form === 'relative' || !isUuid(target.newId)) return undefined
  if (form === 'source' && !target.hadUrl) return undefined
  return `urn:uuid:${target.newId}`
}

/**
 * A reference to the resource: its `fullUrl`, since only that is found in a Bundle, or `Type/id`
 * where it has none.
 */
export function writeReference(target: Target, form: ReferenceForm): string {
  return writeFullUrl(target, form) ?? `${target.type}/${target.newId}`
}
