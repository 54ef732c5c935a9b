import type { Chance } from './Chance.ts'
import { CHANGES, type Json, structuredCloneOf } from './changes.ts'

/** An entry of a Bundle whose resource is changed that many times; each change is noted. */
export function changed(
  entry: Json,
  count: number,
  { chance, changes }: { chance: Chance; changes: string[] },
): Json {
  const resource = structuredCloneOf(entry['resource'] ?? null) as Json
  for (let i = 0; i < count; i++) {
    const change = chance.pick(Object.keys(CHANGES))
    CHANGES[change]?.(resource, chance)
    changes.push(`${String(resource['resourceType'])}: ${change}`)
  }
  const { fullUrl } = entry
  const isNamed = typeof fullUrl === 'string' && fullUrl.endsWith(String(resource['id']))
  return { ...(isNamed ? { fullUrl } : {}), resource }
}
