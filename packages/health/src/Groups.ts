import { compare } from '@ambrosia/primitives/Bytes'
import { canonicalBytes, compareCodes, mainCode, period, type Resource } from './Resource.ts'

/**
 * Resources of one type and main code. The issuer signs count, digest root and period of every group, so that criteria can ask for
 * all of a code and nobody can leave the bad values out (exchange protocol, section 3).
 */
export type Group = {
  type: string
  /** Empty, as `code`, where resources of the type have no main code. */
  system: string
  code: string
  /** Positions in the list of resources, ordered by canonical bytes. */
  indexes: number[]
  /** 0 where no resource of the group has a date. */
  startYear: number
  endYear: number
}

/** Every resource in exactly one group; groups by (type, system, code), indexes inside by canonical bytes. */
export function groupsOf(resources: readonly Resource[]): Group[] {
  const groups = new Map<string, Group>()
  const bytes = resources.map(canonicalBytes)
  resources.forEach((resource, index) => {
    const { system, code } = mainCode(resource) ?? { system: '', code: '' }
    const key = JSON.stringify([resource.type, system, code])
    let group = groups.get(key)
    if (!group) {
      group = { type: resource.type, system, code, indexes: [], startYear: 0, endYear: 0 }
      groups.set(key, group)
    }
    group.indexes.push(index)
    const years = period(resource)
    if (years) {
      group.startYear =
        group.startYear === 0 ? years.startYear : Math.min(group.startYear, years.startYear)
      group.endYear = Math.max(group.endYear, years.endYear)
    }
  })
  for (const group of groups.values()) {
    group.indexes.sort((a, b) => compare(bytes[a] as Uint8Array, bytes[b] as Uint8Array) || a - b)
  }
  return [...groups.values()].sort(compareGroups)
}

function compareGroups(a: Group, b: Group): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1
  return compareCodes(a, b)
}
