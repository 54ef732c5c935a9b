import { isContradicted } from '../meaning/doubts.ts'
import { isObject, type JsonObject } from '../resource/json.ts'
import { AGE_CLASS } from '../safe-harbor/rules.ts'
import { bandOfBirthYear } from './bandOfBirthYear.ts'
import type { Context } from './Context.ts'
import type { Evidence } from './Evidence.ts'

/** A claim about the Patient resource of the record. */
export function weighPatient(
  claim: string,
  element: string,
  context: Context,
  read: (patient: JsonObject) => string | undefined,
): Evidence {
  const { patient } = context
  if (patient === undefined) return { claim, values: {}, from: [], others: [] }
  const place = { index: patient.index, path: `Patient.${element}` }
  const use = context.use(patient.index)
  const refusal =
    context.refusal(patient.index) ?? (use.claim === 'present' ? undefined : use.because)
  if (refusal !== undefined) {
    return { claim, values: {}, from: [], others: [{ ...place, why: refusal }] }
  }
  if (isContradicted(patient.value, element)) {
    const why = `its ${element} is absent for a reason`
    return { claim, values: {}, from: [], others: [{ ...place, why }] }
  }
  const value = read(patient.value)
  if (value === undefined) return { claim, values: {}, from: [], others: [] }
  return { claim, values: { [claim]: value }, from: [place], others: [] }
}

export function sexOf(patient: JsonObject): string | undefined {
  const { gender } = patient
  return typeof gender === 'string' ? gender : undefined
}

/**
 * The band of the year of birth; the oldest class where the date is left out for an age over 89.
 */
export function bandOf(patient: JsonObject, width: number, asOf: Date): string | undefined {
  const { birthDate, _birthDate } = patient
  if (typeof birthDate === 'string')
    return bandOfBirthYear(Number(birthDate.slice(0, 4)), width, asOf)
  const extensions = isObject(_birthDate) ? _birthDate['extension'] : undefined
  const isOldest =
    Array.isArray(extensions) &&
    extensions.some((extension) => isObject(extension) && extension['url'] === AGE_CLASS)
  return isOldest ? bandOfBirthYear(asOf.getUTCFullYear() - 90, width, asOf) : undefined
}
