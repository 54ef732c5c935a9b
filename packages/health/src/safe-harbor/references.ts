import { isObject, type Resource } from '../Resource.ts'
import { RekeyError } from './errors.ts'
import { isOpaqueId, isUuid } from './ids.ts'
import { KEPT_TYPES } from './keptTypes.ts'

/** A kept resource with its new id. */
export type Target = { readonly type: string; readonly newId: string; readonly source: Resource }

export type ReferenceIndex = {
  readonly targets: readonly Target[]
  /** The resource that a literal reference names, undefined for what is not in the record. */
  find(reference: string): Target | undefined
}

/** Gives every kept resource its new id and finds resources by relative, absolute and `urn:uuid` references. */
export function indexReferences(
  resources: readonly Resource[],
  rekey: (type: string, id: string) => string,
): ReferenceIndex {
  const byKey = new Map<string, Target>()
  const withoutUrl = new Map<string, Target>()
  const used = new Map<string, string>()
  const targets: Target[] = []
  for (const source of resources) {
    if (!isKept(source)) continue
    const newId = rekey(source.type, source.id)
    if (typeof newId !== 'string' || !isOpaqueId(newId) || newId === source.id) {
      throw new RekeyError(
        source.type,
        'an id that is no UUID and no 20 to 64 hexadecimal digits, or the old id',
      )
    }
    const owner = `${source.type}/${source.id}`
    const before = used.get(newId)
    if (before !== undefined && before !== owner)
      throw new RekeyError(source.type, 'one id for two resources')
    used.set(newId, owner)
    const target: Target = { type: source.type, newId, source }
    targets.push(target)
    byKey.set(owner, target)
    if (isUuid(source.id)) byKey.set(`urn:uuid:${source.id.toLowerCase()}`, target)
    if (source.fullUrl === undefined) withoutUrl.set(owner, target)
    else byKey.set(normal(source.fullUrl), target)
  }
  return {
    targets,
    find(reference) {
      const key = normal(reference)
      const exact = byKey.get(key)
      if (exact !== undefined) return exact
      const tail = /^https?:\/\/.*\/([A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/.exec(key)?.[1]
      return tail === undefined ? undefined : withoutUrl.get(tail)
    },
  }
}

function normal(reference: string): string {
  const cut = reference.indexOf('/_history/')
  const plain = cut < 0 ? reference : reference.slice(0, cut)
  return plain.startsWith('urn:uuid:') ? plain.toLowerCase() : plain
}

/** True for a resource of a kept type whose meaning no unknown modifier changes. */
export function isKept(resource: Resource): boolean {
  return (
    KEPT_TYPES.has(resource.type) &&
    isObject(resource.value) &&
    resource.value['resourceType'] === resource.type &&
    resource.value['modifierExtension'] === undefined &&
    resource.value['implicitRules'] === undefined
  )
}

/** The reference as it is written out: as `urn:uuid` where the source was one and the new id is a UUID, else `Type/id`. */
export function writeReference(target: Target, source: string): string {
  const urn = source.startsWith('urn:uuid:') && isUuid(target.newId)
  return urn ? `urn:uuid:${target.newId}` : `${target.type}/${target.newId}`
}
