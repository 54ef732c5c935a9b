import { compare } from '@ambrosia/primitives/Bytes'
import { canonicalBytes, codesOf, compareCodes, period, type Resource } from './Resource.ts'
import { classOf } from './Sensitivity.ts'

/**
 * Resources of one class (type, and sensitivity labels where they have any) that have one code. The
 * issuer signs count, digest root and period of every group, so that criteria can ask for all of a
 * code and nobody can leave the bad values out (exchange protocol, section 5). A resource with
 * several codes is in the group of each.
 */
export type Group = {
  /** {@link classOf} its resources. */
  class: string
  /** Empty, as `code`, where resources of the class have no code. */
  system: string
  code: string
  /** Positions in the list of resources, ordered by canonical bytes. */
  indexes: number[]
  /** 0 where no resource of the group has a date. */
  startYear: number
  endYear: number
}

const UNCODED = [{ system: '', code: '' }]

/** Groups by (class, system, code), indexes inside by canonical bytes. */
export function groupsOf(resources: readonly Resource[]): Group[] {
  const groups = new Map<string, Group>()
  const bytes = resources.map(canonicalBytes)
  resources.forEach((resource, index) => {
    const name = classOf(resource)
    const codes = codesOf(resource)
    const years = period(resource)
    for (const { system, code } of codes.length > 0 ? codes : UNCODED) {
      const key = JSON.stringify([name, system, code])
      let group = groups.get(key)
      if (!group) {
        group = { class: name, system, code, indexes: [], startYear: 0, endYear: 0 }
        groups.set(key, group)
      }
      group.indexes.push(index)
      if (years) addYears(group, years)
    }
  })
  for (const group of groups.values()) {
    group.indexes.sort((a, b) => compare(bytes[a] as Uint8Array, bytes[b] as Uint8Array) || a - b)
  }
  return [...groups.values()].sort(compareGroups)
}

function addYears(group: Group, years: { startYear: number; endYear: number }): void {
  const { startYear, endYear } = years
  group.startYear = group.startYear === 0 ? startYear : Math.min(group.startYear, startYear)
  group.endYear = Math.max(group.endYear, endYear)
}

function compareGroups(a: Group, b: Group): number {
  if (a.class !== b.class) return a.class < b.class ? -1 : 1
  return compareCodes(a, b)
}
