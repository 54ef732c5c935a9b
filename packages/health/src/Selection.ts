import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { resolver } from './Bundle.ts'
import { STANDINGS, type Standing, standingOf, USES } from './Meaning.ts'
import { type Code, dateOf, hasCode, period, type Resource, references } from './Resource.ts'
import { RESOURCE_TYPES } from './resourceTypes.ts'
import { isOpen, LABELS } from './Sensitivity.ts'

/** Which resources a deal asks for. */
export type ResourceRule = {
  /** Resource type, such as `Observation`. */
  type: string
  /** Only resources that have one of these codes; absent means any code. */
  codes?: readonly Code[]
  /**
   * The deal wants every resource of these codes and checks the count against the credential. Then
   * `since` may not cut.
   */
  all?: boolean
  /**
   * First date that counts, ISO 8601 (`2020` or `2020-05-01`); a resource without a date is left
   * out.
   */
  since?: string
  /** Types that may come along when a selected resource refers to them; default Patient. */
  include?: readonly string[]
  /**
   * Sensitivity labels, such as `HIV`, whose resources are asked for too; without it they stay with
   * the person.
   */
  sensitive?: readonly string[]
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
 * Exactly the resources that the rules ask for, and what these refer to as far as a rule includes
 * it.
 * @throws Selection.RuleInvalid
 */
export function select(resources: readonly Resource[], rules: readonly ResourceRule[]): Selected {
  rules.forEach(assertRule)
  const because = new Map<number, string>()
  const includes = new Map<number, Allowed>()
  const matched: number[][] = []
  rules.forEach((rule, r) => {
    const found: number[] = []
    const reason = `rule ${r + 1}: ${describe(rule)}`
    resources.forEach((resource, index) => {
      if (!matches(resource, rule)) return
      found.push(index)
      if (!because.has(index)) because.set(index, reason)
      includes.set(
        index,
        join(includes.get(index), {
          types: new Set(rule.include ?? DEFAULT_INCLUDE),
          labels: new Set(rule.sensitive),
        }),
      )
    })
    matched.push(found)
  })
  const direct = because.size
  follow(resources, because, includes)
  const indexes = [...because.keys()].sort((a, b) => a - b)
  return {
    indexes,
    reasons: indexes.map((index) => ({ index, because: because.get(index) as string })),
    explanation: explain(resources, indexes.length, direct, rules, matched),
  }
}

/** What may come along with a resource, and which labels are open on the way. */
type Allowed = { types: ReadonlySet<string>; labels: ReadonlySet<string> }

function join(a: Allowed | undefined, b: Allowed): Allowed {
  if (a === undefined) return b
  return { types: new Set([...a.types, ...b.types]), labels: new Set([...a.labels, ...b.labels]) }
}

const DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/

function assertRule(rule: ResourceRule, index: number): void {
  if (!RESOURCE_TYPES.has(rule.type)) throw new RuleInvalidError(index, 'type')
  if (rule.since !== undefined && !DATE.test(rule.since)) throw new RuleInvalidError(index, 'since')
  const isNamed = (rule.sensitive ?? []).every((label) => LABELS.has(label))
  if (!isNamed) throw new RuleInvalidError(index, 'sensitive')
  // Counts and roots are signed for whole groups: a part of one can't be shown to be all of it.
  if (rule.all === true && rule.since !== undefined) throw new RuleInvalidError(index, 'all, since')
}

/** True when a rule asks for this resource by itself, whatever refers to it. */
export function matches(resource: Resource, rule: ResourceRule): boolean {
  if (resource.type !== rule.type || !isOpen(resource, rule.sensitive)) return false
  if (rule.since !== undefined && !isSince(resource, rule.since)) return false
  return rule.codes === undefined || rule.codes.some((wanted) => hasCode(resource, wanted))
}

/**
 * True when the resource alone is what the rule asks for: it matches, and its modifiers do not say
 * that it is not so, not yet so, taken back or unclear.
 */
export function meets(resource: Resource, rule: ResourceRule): boolean {
  return matches(resource, rule) && USES[standingOf(resource)].rule
}

/**
 * Compares at the precision that both dates have: a year never tells whether it was before or after
 * a month in it.
 */
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
  includes: Map<number, Allowed>,
): void {
  const resolve = resolver(resources)
  const indexOf = new Map(resources.map((resource, index) => [resource, index]))
  const queue = [...because.keys()]
  for (let at = 0; at < queue.length; at++) {
    const index = queue[at] as number
    const from = resources[index] as Resource
    const allowed = includes.get(index) as Allowed
    for (const reference of references(from)) {
      const target = resolve(reference, from)
      const targetIndex = target === undefined ? undefined : indexOf.get(target)
      if (target === undefined || targetIndex === undefined) continue
      if (!allowed.types.has(target.type) || !isOpen(target, [...allowed.labels])) continue
      const before = includes.get(targetIndex)
      const known = because.has(targetIndex)
      if (!known) because.set(targetIndex, `referred to by ${from.type} ${index}`)
      const grown = join(before, allowed)
      if (known && before !== undefined && sizeOf(grown) === sizeOf(before)) continue
      includes.set(targetIndex, grown)
      queue.push(targetIndex)
    }
  }
}

function sizeOf({ types, labels }: Allowed): number {
  return types.size + labels.size
}

function describe(rule: ResourceRule): string {
  const codes = rule.codes?.map((code) => code.code).join(' or ')
  const parts = [rule.all === true ? `all ${rule.type}` : rule.type]
  if (codes !== undefined) parts.push(`with code ${codes}`)
  if (rule.since !== undefined) parts.push(`since ${rule.since}`)
  return parts.join(' ')
}

function explain(
  resources: readonly Resource[],
  selected: number,
  direct: number,
  rules: readonly ResourceRule[],
  matched: readonly (readonly number[])[],
): string {
  const parts = rules.map((rule, r) => {
    const found = (matched[r] ?? []).map((index) => resources[index] as Resource)
    return `${found.length} ${describe(rule)}${reservations(found)}`
  })
  if (selected > direct) parts.push(`${selected - direct} that these refer to`)
  const reason = parts.length === 0 ? 'no rule asks for any' : parts.join(', ')
  return `${selected} of ${resources.length} resources, because the deal asks for: ${reason}`
}

/**
 * How many of the resources do not say that something is so: "(2 of them taken back or entered in
 * error)".
 */
function reservations(resources: readonly Resource[]): string {
  const counts = new Map<Standing, number>()
  for (const resource of resources) {
    const standing = standingOf(resource)
    counts.set(standing, (counts.get(standing) ?? 0) + 1)
  }
  const parts = STANDINGS.flatMap((standing) => {
    const { sentence } = USES[standing]
    const count = counts.get(standing)
    return sentence === undefined || count === undefined ? [] : [`${count} of them ${sentence}`]
  })
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

export class RuleInvalidError extends AmbrosiaError {
  constructor(index: number, elements: string) {
    super('Selection.RuleInvalid', `rule ${index + 1} is wrong in: ${elements}`, {
      details: { index, elements },
      hint: 'Name a FHIR R4 resource type, a date such as 2020-05-01, labels such as HIV, and "all" without "since".',
    })
  }
}
