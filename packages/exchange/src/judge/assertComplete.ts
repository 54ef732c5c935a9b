import { type Code, codesOf, hasCode, type Resource } from '@ambrosia/health/Resource'
import { classOf, isClassOf } from '@ambrosia/health/Sensitivity'
import {
  type GroupClaim,
  isGroupOf,
  isWholeGroup,
  isWholeType,
  parseGroup,
  parseTypeRoot,
  type TypeClaim,
  textsOf,
} from '../RecordCredential.ts'
import { IncompleteError } from './errors.ts'
import type { Opened } from './Opened.ts'

/**
 * That nobody left bad values out. A rule for a whole type needs the root of its class; one for
 * codes needs the group of each code, or every group of the class, as many as its root counts, so
 * that none is hidden. What is labelled as sensitive is of classes of its own: those delivered are
 * whole too.
 */
export function assertComplete({ salted, resources, criteria, presentation }: Opened): void {
  const { subject } = presentation
  const groups = [...new Set(textsOf(subject['group']))].map(parseGroup)
  const roots = textsOf(subject['typeRoot']).map(parseTypeRoot)
  const classes = resources.map(classOf)
  for (const rule of criteria.resources) {
    if (rule.all !== true) continue
    const asked = classes.filter((name) => isClassOf(name, rule.type, rule.sensitive))
    for (const name of new Set([rule.type, ...asked])) {
      const root = roots.find((claim) => claim.class === name)
      const known = groups.filter((group) => group.class === name)
      if (rule.codes === undefined) assertWholeClass(root, name)
      else assertWholeGroups(rule.codes, known, root, name)
    }
  }

  function assertWholeClass(root: TypeClaim | undefined, name: string): void {
    if (root === undefined) throw new IncompleteError(name)
    const members = salted.filter((_, index) => classes[index] === name)
    if (!isWholeType(root, members)) throw new IncompleteError(name, root.count, members.length)
  }

  function assertWholeGroups(
    codes: readonly Code[],
    known: readonly GroupClaim[],
    root: TypeClaim | undefined,
    name: string,
  ): void {
    const asked = known.filter((group) => codes.some((code) => isGroupOf(group, code)))
    if (asked.length < codes.length && known.length !== root?.groupCount) {
      throw new IncompleteError(name)
    }
    for (const group of asked) {
      const members = salted.filter(
        (_, index) => classes[index] === name && isMember(group, resources[index] as Resource),
      )
      if (!isWholeGroup(group, members)) {
        throw new IncompleteError(name, group.count, members.length)
      }
    }
  }
}

/** A resource is in the group of each code that it has. */
function isMember(group: GroupClaim, resource: Resource): boolean {
  return group.code === '' ? codesOf(resource).length === 0 : hasCode(resource, group)
}
