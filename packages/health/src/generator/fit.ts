import type { JsonObject } from '../Resource.ts'
import type { VisitResources } from './visitResources.ts'

/**
 * The visits of a record of exactly `room` resources, or fewer when they run out. Diagnoses come
 * first, the wanted condition's before all, then its latest visits, then the others by recency. The
 * last visit is cut to its encounter and what still fits.
 */
export function fitVisits(
  visits: readonly VisitResources[],
  room: number,
  wanted: string | undefined,
): JsonObject[] {
  const chosen: JsonObject[] = []
  const diagnosed = new Set<string>()
  let left = room
  for (const { visit, essential, optional } of ranked(visits, wanted)) {
    const needs = visit.chronic?.key
    if (needs !== undefined && visit.kind !== 'diagnosis' && !diagnosed.has(needs)) continue
    if (essential.length > left) continue
    if (visit.kind === 'diagnosis' && needs !== undefined) diagnosed.add(needs)
    chosen.push(...essential)
    left -= essential.length
    for (const group of optional) {
      if (group.length > left) continue
      chosen.push(...group)
      left -= group.length
    }
    if (left === 0) break
  }
  return chosen
}

/** Visits of the wanted condition that come before all other visits but the diagnoses. */
const WANTED_VISITS = 8

function ranked(visits: readonly VisitResources[], wanted: string | undefined): VisitResources[] {
  const recent = [...visits].sort((a, b) => b.visit.day - a.visit.day)
  let first = 0
  const rank = new Map<VisitResources, number>()
  for (const item of recent) {
    const { kind, chronic } = item.visit
    const isWanted = wanted !== undefined && chronic?.key === wanted
    if (kind === 'diagnosis') rank.set(item, isWanted ? 0 : 1)
    else if (isWanted && first++ < WANTED_VISITS) rank.set(item, 2)
    else rank.set(item, kind === 'nurse' ? 4 : 3)
  }
  return recent.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || b.visit.day - a.visit.day)
}
