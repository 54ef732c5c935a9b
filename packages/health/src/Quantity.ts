import { canonicalSystem } from './resource/codeSystems.ts'
import { asText } from './resource/json.ts'
import * as Ucum from './Ucum.ts'
import { UNIT_TEXTS } from './ucum/unitTexts.ts'

/** A FHIR quantity's members that say its unit, whatever stands for numbers in it. */
export type UnitMembers = {
  readonly unit?: unknown
  readonly system?: unknown
  readonly code?: unknown
}

/**
 * The UCUM code of a quantity's unit without annotations: its code, or, where it has none, its unit
 * text where that is UCUM or one of the usual texts. Undefined for a unit of another system or of
 * no system known here; the empty text where the quantity has no unit at all.
 */
export function ucumCodeOf({ unit, system, code }: UnitMembers): string | undefined {
  if (system !== undefined && canonicalSystem(asText(system)) !== Ucum.SYSTEM) return undefined
  if (code !== undefined) return typeof code === 'string' ? Ucum.unitOf(code)?.code : undefined
  if (unit === undefined) return ''
  if (typeof unit !== 'string') return undefined
  return Ucum.unitOf(UNIT_TEXTS.get(unit) ?? unit)?.code
}
