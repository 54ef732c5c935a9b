import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { resolver } from './Bundle.ts'
import { type Code, codesOf, dateOf, period, type Resource, references } from './Resource.ts'
import { RESOURCE_TYPES } from './resourceTypes.ts'

/** Which resources a deal asks for. */
export type ResourceRule = {
  /** Resource type, such as `Observation`. */
  type: string
  /** Only resources with one of these codes in their main code's element; absent means any code. */
  codes?: readonly Code[]
  /** The deal wants every resource of these codes and checks the count against the credential. Then `since` may not cut. */
  all?: boolean
  /** First date that counts, ISO 8601 (`2020` or `2020-05-01`); a resource without a date is left out. */
  since?: string
  /** Types that may come along when a selected resource refers to them; default Patient. */
  include?: readonly string[]
}

export type Selected = {
  /** Positions of what leaves the record, ascending. */
  indexes: number[]
  /** Why each of them is in, in the same order. */
  reasons: { index: number; because: string }[]
  /** One line for the person: "38 of 231 resources, because …". */
  explanation: string
}

const DEFAULT_INCLUDE: readonly string[] = ['Patient']

/**
 * Exactly the resources that the rules ask for, and what these refer to as far as a rule includes it.
 * @throws Selection.RuleInvalid
 */
export function select(resources: readonly Resource[], rules: readonly ResourceRule[]): Selected {
  rules.forEach(assertRule)
  const because = new Map<number, string>()
  const includes = new Map<number, Set<string>>()
  const matchCounts: number[] = []
  rules.forEach((rule, r) => {
    let count = 0
    const reason = `rule ${r + 1}: ${describe(rule)}`
    resources.forEach((resource, index) => {
      if (!matches(resource, rule)) return
      count++
      if (!because.has(index)) because.set(index, reason)
      const allowed = includes.get(index) ?? new Set<string>()
      for (const type of rule.include ?? DEFAULT_INCLUDE) allowed.add(type)
      includes.set(index, allowed)
    })
    matchCounts.push(count)
  })
  const matched = because.size
  follow(resources, because, includes)
  const indexes = [...because.keys()].sort((a, b) => a - b)
  return {
    indexes,
    reasons: indexes.map((index) => ({ index, because: because.get(index) as string })),
    explanation: explain(resources.length, indexes.length, matched, rules, matchCounts),
  }
}

const DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/

function assertRule(rule: ResourceRule, index: number): void {
  if (!RESOURCE_TYPES.has(rule.type)) throw new RuleInvalidError(index, 'type')
  if (rule.since !== undefined && !DATE.test(rule.since)) throw new RuleInvalidError(index, 'since')
  // Counts and roots are signed for whole groups: a part of one can't be shown to be all of it.
  if (rule.all === true && rule.since !== undefined) throw new RuleInvalidError(index, 'all, since')
}

/** True when a rule asks for this resource by itself, whatever refers to it. */
export function matches(resource: Resource, rule: ResourceRule): boolean {
  if (resource.type !== rule.type) return false
  if (rule.since !== undefined && !isSince(resource, rule.since)) return false
  if (rule.codes === undefined) return true
  const codes = codesOf(resource)
  return rule.codes.some((wanted) =>
    codes.some((code) => code.code === wanted.code && code.system === wanted.system),
  )
}

/** Compares at the precision that both dates have: a year never tells whether it was before or after a month in it. */
function isSince(resource: Resource, since: string): boolean {
  const date = dateOf(resource)
  const years = period(resource)
  if (date === undefined || years === undefined) return false
  if (years.endYear > Number(since.slice(0, 4))) return true
  const size = Math.min(10, date.length, since.length)
  return date.slice(0, size) >= since.slice(0, size)
}

function follow(
  resources: readonly Resource[],
  because: Map<number, string>,
  includes: Map<number, Set<string>>,
): void {
  const resolve = resolver(resources)
  const indexOf = new Map(resources.map((resource, index) => [resource, index]))
  const queue = [...because.keys()]
  for (let at = 0; at < queue.length; at++) {
    const index = queue[at] as number
    const from = resources[index] as Resource
    const allowed = includes.get(index) as Set<string>
    for (const reference of references(from)) {
      const target = resolve(reference, from)
      const targetIndex = target === undefined ? undefined : indexOf.get(target)
      if (targetIndex === undefined || !allowed.has((target as Resource).type)) continue
      const before = includes.get(targetIndex)
      const known = because.has(targetIndex)
      if (!known) because.set(targetIndex, `referred to by ${from.type} ${index}`)
      const grown = new Set([...(before ?? []), ...allowed])
      if (known && before !== undefined && grown.size === before.size) continue
      includes.set(targetIndex, grown)
      queue.push(targetIndex)
    }
  }
}

function describe(rule: ResourceRule): string {
  const codes = rule.codes?.map((code) => code.code).join(' or ')
  const parts = [rule.all === true ? `all ${rule.type}` : rule.type]
  if (codes !== undefined) parts.push(`with code ${codes}`)
  if (rule.since !== undefined) parts.push(`since ${rule.since}`)
  return parts.join(' ')
}

function explain(
  total: number,
  selected: number,
  matched: number,
  rules: readonly ResourceRule[],
  counts: readonly number[],
): string {
  const parts = rules.map((rule, r) => `${counts[r]} ${describe(rule)}`)
  if (selected > matched) parts.push(`${selected - matched} that these refer to`)
  const reason = parts.length === 0 ? 'no rule asks for any' : parts.join(', ')
  return `${selected} of ${total} resources, because the deal asks for: ${reason}`
}

export class RuleInvalidError extends AmbrosiaError {
  constructor(index: number, elements: string) {
    super('Selection.RuleInvalid', `rule ${index + 1} is wrong in: ${elements}`, {
      details: { index, elements },
      hint: 'Name a FHIR R4 resource type, a date such as 2020-05-01, and "all" without "since".',
    })
  }
}
