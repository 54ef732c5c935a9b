import type { JsonObject } from '../Resource.ts'

/**
 * An observation, or a component of one, whose value was removed says so (R4,
 * Observation.dataAbsentReason; obs-6).
 */
export function maskValue(owner: string, before: JsonObject, after: JsonObject): void {
  if (owner !== 'Observation' && owner !== 'Observation.component') return
  if (!hasValue(before) || hasValue(after) || after['dataAbsentReason'] !== undefined) return
  after['dataAbsentReason'] = {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'masked' },
    ],
  }
}

function hasValue(object: JsonObject): boolean {
  for (const key in object) if (/^value[A-Z]/.test(key)) return true
  return false
}
