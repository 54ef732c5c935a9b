import { isObject, type JsonObject, memberOf, type Resource } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { isLabel, labelsOf, systemOfLabel } from '../Sensitivity.ts'
import type { Tally } from './report.ts'

/**
 * The `meta` of the Safe Harbor form: the sensitivity labels of the resource and of what it
 * contains, and nothing else. Without them what a hospital marked would be sold like the rest.
 * Undefined without labels.
 */
export function cleanLabels(resource: Resource, tally: Tally): JsonObject | undefined {
  const meta = memberOf(resource.value, 'meta')
  const labels = labelsOf(resource)
  if (meta !== undefined) tally.remove('metadata', `${resource.type}.meta`, meta)
  if (labels.length === 0) return undefined
  tally.note('label', `${resource.type}.meta.security`)
  return { security: labels.map((code) => ({ system: systemOfLabel(code), code })) }
}

/** True for a `meta` that holds sensitivity labels and nothing else. */
export function isLabels(meta: unknown): boolean {
  if (!isObject(meta as JsonObject)) return false
  const { security, ...rest } = meta as JsonObject
  if (Object.keys(rest).length > 0 || !Array.isArray(security) || security.length === 0)
    return false
  return security.every(
    (one) =>
      isObject(one) &&
      Object.keys(one).length === 2 &&
      isLabel(asText(one['code'])) &&
      one['system'] === systemOfLabel(asText(one['code'])),
  )
}
