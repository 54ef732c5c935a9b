// How many people an issuer signed records for, by what the records claim: published so that a
// consumer knows whether anybody could match, and coarse enough that no person is told
// (docs/protocol/exchange.md, "Counts of people").
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import type { Claims } from '@ambrosia/health/Claims'
import { codesOf, type Resource } from '@ambrosia/health/Resource'
import { isOpen } from '@ambrosia/health/Sensitivity'

/** Fewer people than this are not told, and figures are multiples of it. */
export const LEAST_PEOPLE = 10

/** A claim of a record, or a value of one. */
export type ClaimFacet = { claim: string; value?: string }

/** A code that a resource of a record has. */
export type CodeFacet = { type: string; system: string; code: string }

/** One thing that people's records have in common. */
export type Facet = ClaimFacet | CodeFacet

/** Facets of an issuer as they were published; all figures are multiples of `LEAST_PEOPLE`. */
export type PublishedCounts = {
  /** Everybody who has a record, rounded down. */
  people: number
  facets: readonly (Facet & { people: number })[]
}

/** Claims whose values are counted: those that take few, and are equal or not. */
const VALUED = new Set(
  ClaimProfile.AMBROSIA_CORE_2.claims.flatMap((rule) =>
    rule.kind === 'sex' || rule.kind === 'birthYearBand' || rule.kind === 'codes'
      ? ClaimProfile.claimNames({ ...ClaimProfile.AMBROSIA_CORE_2, claims: [rule] })
      : [],
  ),
)

/** Claims that are counted at all: every record has the others, or they tell nothing alone. */
const COUNTED = new Set(
  ClaimProfile.AMBROSIA_CORE_2.claims.flatMap((rule) =>
    rule.kind === 'constant' || rule.kind === 'count'
      ? []
      : ClaimProfile.claimNames({ ...ClaimProfile.AMBROSIA_CORE_2, claims: [rule] }),
  ),
)

/** Most facets of one record; what comes after them is not counted. */
const FACET_COUNT = 2000

/**
 * What a record counts towards: its claims, the values of those that are counted by value, and the
 * codes of its resources but for those that are marked as sensitive.
 */
export function facetsOf(claims: Claims, resources: readonly Resource[]): Facet[] {
  const ofClaims = Object.entries(claims).flatMap(([claim, value]): Facet[] => {
    if (!COUNTED.has(claim)) return []
    return VALUED.has(claim) ? [{ claim }, { claim, value: String(value) }] : [{ claim }]
  })
  const codes = resources
    .filter((resource) => isOpen(resource, undefined))
    .flatMap((resource) =>
      codesOf(resource).map(({ system, code }) => ({ type: resource.type, system, code })),
    )
  const byName = new Map<string, Facet>()
  for (const facet of [...ofClaims, ...codes]) byName.set(nameOf(facet), facet)
  return [...byName.values()].slice(0, FACET_COUNT)
}

/** A facet as a text that no other facet has: types begin with a capital letter, claims do not. */
export function nameOf(facet: Facet): string {
  if ('type' in facet) return `${facet.type} ${facet.system}|${facet.code}`
  return facet.value === undefined ? facet.claim : `${facet.claim}=${facet.value}`
}

/** The facet of such a text. */
export function facetOf(name: string): Facet {
  const coded = /^([A-Z]\w*) ([^|]*)\|(.*)$/s.exec(name)
  if (coded !== null) {
    const [, type = '', system = '', code = ''] = coded
    return { type, system, code }
  }
  const at = name.indexOf('=')
  return at < 0 ? { claim: name } : { claim: name.slice(0, at), value: name.slice(at + 1) }
}

/**
 * What may be told of exact counts: figures rounded down to tens, nothing below ten, and of what
 * all but a few have no more than that at least ten have it not, so that nobody's record is known
 * from the group alone.
 */
export function publish(people: number, counts: ReadonlyMap<string, number>): PublishedCounts {
  const told = rounded(people)
  const most = Math.max(0, told - LEAST_PEOPLE)
  const facets = [...counts]
    .map(([name, count]) => ({ ...facetOf(name), people: Math.min(rounded(count), most) }))
    .filter((facet) => facet.people >= LEAST_PEOPLE)
    .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  return { people: told, facets }
}

function rounded(count: number): number {
  return count - (count % LEAST_PEOPLE)
}

/** Most people that a rounded figure may stand for. */
function mostOf(figure: number, people: number): number {
  return figure >= people - LEAST_PEOPLE ? people + LEAST_PEOPLE - 1 : figure + LEAST_PEOPLE - 1
}

/** Most people of an issuer whose records have this; `LEAST_PEOPLE` - 1 where nothing is told. */
export function mostWith(counts: PublishedCounts, facet: Facet): number {
  const name = nameOf(facet)
  const all = mostOf(counts.people, counts.people)
  // What is not counted holds nobody off.
  if (!isCounted(facet)) return all
  const told = counts.facets.find((one) => nameOf(one) === name)
  return Math.min(all, mostOf(told?.people ?? 0, counts.people))
}

function isCounted(facet: Facet): boolean {
  if ('type' in facet) return true
  return facet.value === undefined ? COUNTED.has(facet.claim) : VALUED.has(facet.claim)
}
