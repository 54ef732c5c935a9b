import type { CodesRule } from '../ClaimProfile.ts'
import { codesOf, dateOf } from '../Resource.ts'
import type { Context } from './Context.ts'
import { instantOf } from './dates.ts'
import type { Evidence, Place } from './Evidence.ts'

/** The codes that resources of a type have in one system, as numbered claims. */
export function weighCodes(rule: CodesRule, context: Context): Evidence {
  const found = new Map<string, { instant: number; places: Place[] }>()
  const present = new Set<string>()
  const others: (Place & { why: string })[] = []
  context.resources.forEach((resource, index) => {
    if (resource.type !== rule.type) return
    const place = { index, path: `${rule.type}.code` }
    const codes = codesOf(resource).filter(({ system }) => system === rule.system)
    const instant = instantOf(dateOf(resource) ?? '')
    const why = refusalOf(rule, index, context, instant)
    if (why !== undefined) {
      others.push({ ...place, why })
      if (why === IS_PRESENT) for (const { code } of codes) present.add(code)
      return
    }
    if (codes.length === 0) others.push({ ...place, why: `it has no code of ${rule.system}` })
    for (const { code } of codes) {
      const known = found.get(code) ?? { instant: -Infinity, places: [] }
      known.instant = Math.max(known.instant, Number.isNaN(instant) ? -Infinity : instant)
      known.places.push(place)
      found.set(code, known)
    }
  })
  for (const code of present) {
    for (const place of found.get(code)?.places ?? []) {
      others.push({ ...place, why: 'another resource says that it still holds' })
    }
    found.delete(code)
  }
  const codes = order(rule, found)
  const claimed = codes.slice(0, rule.count)
  for (const code of codes.slice(rule.count)) {
    for (const place of found.get(code)?.places ?? []) {
      others.push({ ...place, why: `there are claims for ${rule.count} codes only` })
    }
  }
  return {
    claim: rule.claim,
    values: Object.fromEntries(claimed.map((code, i) => [`${rule.claim}${i + 1}`, code])),
    from: claimed.flatMap((code) => found.get(code)?.places ?? []),
    others,
  }
}

const IS_PRESENT = 'it still holds'

function refusalOf(
  rule: CodesRule,
  index: number,
  context: Context,
  instant: number,
): string | undefined {
  const refusal = context.refusal(index)
  if (refusal !== undefined) return refusal
  const use = context.use(index)
  if (use.claim === 'none') return use.because
  if (instant > context.asOf.getTime()) return 'it is dated after the day of the claims'
  if (use.claim === rule.when) return undefined
  return use.claim === 'past' ? `it no longer holds: ${use.because}` : IS_PRESENT
}

/** Codes of `first` before others, then the latest before older ones, then by code. */
function order(rule: CodesRule, found: ReadonlyMap<string, { instant: number }>): string[] {
  const rank = (code: string): number =>
    rule.first.includes(code) ? rule.first.indexOf(code) : rule.first.length
  return [...found]
    .sort(([a, { instant: aAt }], [b, { instant: bAt }]) => {
      if (rank(a) !== rank(b)) return rank(a) - rank(b)
      if (aAt !== bAt) return aAt > bAt ? -1 : 1
      return a < b ? -1 : 1
    })
    .map(([code]) => code)
}
