import type { ResourceRule } from '@ambrosia/health/Selection'
import * as Criteria from '../Criteria.ts'
import { LEAST_PEOPLE, mostWith, type PublishedCounts } from './Counts.ts'

/** A bound, with how many people it is taken from. */
export type MostMatching = { people: number; most: number }

/**
 * How many people of an issuer could match criteria at most: for each set of claims that would do,
 * the rarest of its claims; several sets add up; and somebody must have a code that a rule
 * asks for. Predicates, dates and measured values are not counted, so fewer may match; never more
 * do.
 */
export function mostMatching(criteria: Criteria.Criteria, counts: PublishedCounts): MostMatching {
  const all = counts.people + LEAST_PEOPLE - 1
  const bounds = Criteria.claimSets(criteria).map((sets) =>
    sets.reduce(
      (sum, set) =>
        sum +
        set.reduce((least, { claim, values }) => Math.min(least, mostOfClaim(claim, values)), all),
      0,
    ),
  )
  const most = [...bounds, mostSelected()].reduce((a, b) => Math.min(a, b), all)
  return { people: counts.people, most }

  /** A record of which no rule selects anything is not offered. */
  function mostSelected(): number {
    return criteria.resources.reduce((sum, rule) => sum + mostOfRule(counts, rule), 0)
  }

  function mostOfClaim(claim: string, values: readonly string[] | undefined): number {
    const present = mostWith(counts, { claim })
    if (values === undefined) return present
    const those = values.reduce((sum, value) => sum + mostWith(counts, { claim, value }), 0)
    return Math.min(present, those)
  }
}

/** Most people of whose records a rule selects something, as far as its codes tell. */
export function mostOfRule(
  counts: PublishedCounts,
  { type, codes, sensitive }: ResourceRule,
): number {
  const all = counts.people + LEAST_PEOPLE - 1
  // What is marked as sensitive is not counted.
  if (codes === undefined || sensitive !== undefined) return all
  return codes.reduce((sum, one) => sum + mostWith(counts, { type, ...one }), 0)
}
