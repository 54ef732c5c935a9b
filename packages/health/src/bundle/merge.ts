import { stringify } from '@ambrosia/primitives/CanonicalJson'
import type { Resource } from '../Resource.ts'
import { DuplicateIdError } from './errors.ts'
import { identityOf } from './Identity.ts'

/**
 * Resources of one record, possibly from several files: what is the same resource once, such as the
 * Patient that comes with every page of a search.
 * @throws Bundle.DuplicateId for different content under one identity
 */
export function merge(resources: readonly Resource[]): Resource[] {
  const known = new Map<string, number>()
  const merged: Resource[] = []
  const positions: number[] = []
  const madeUp = new Set<string>()
  for (const [position, resource] of resources.entries()) {
    const identity = identityOf(resource)
    if (identity === undefined) {
      // Each file counts its nameless resources from the beginning.
      const id = madeUp.has(resource.id) ? `#+${position}` : resource.id
      madeUp.add(id)
      merged.push(id === resource.id ? resource : { ...resource, id })
      positions.push(position)
      continue
    }
    const before = known.get(identity)
    if (before === undefined) {
      known.set(identity, merged.length)
      merged.push(resource)
      positions.push(position)
    } else if (!isSame(merged[before] as Resource, resource)) {
      throw new DuplicateIdError(resource.type, [positions[before] as number, position])
    }
  }
  return withoutNameless(merged)
}

function isSame(a: Resource, b: Resource): boolean {
  return a.value === b.value || stringify(a.value) === stringify(b.value)
}

/** A resource without a URL that is equal, its id included, to one with a URL is that one. */
function withoutNameless(resources: Resource[]): Resource[] {
  const bare = new Map<string, Resource>()
  for (const resource of resources) {
    if (resource.fullUrl === undefined) bare.set(`${resource.type}/${resource.id}`, resource)
  }
  if (bare.size === 0 || bare.size === resources.length) return resources
  const gone = new Set<Resource>()
  for (const resource of resources) {
    const other =
      resource.fullUrl === undefined ? undefined : bare.get(`${resource.type}/${resource.id}`)
    if (other !== undefined && isSame(other, resource)) gone.add(other)
  }
  return gone.size === 0 ? resources : resources.filter((resource) => !gone.has(resource))
}
