import type { ClaimProfile, ClaimRule } from './ClaimProfile.ts'
import { type Context, createContext } from './claims/Context.ts'
import { weighCodes } from './claims/codes.ts'
import type { Evidence } from './claims/Evidence.ts'
import { weighMeasurement } from './claims/measurement.ts'
import { bandOf, sexOf, weighPatient } from './claims/patient.ts'
import type { Resource } from './Resource.ts'
import { labelsOf } from './Sensitivity.ts'

export type { Evidence, Place } from './claims/Evidence.ts'

/** Flat claims: integers and texts only. */
export type Claims = Record<string, string | number>

export type Options = {
  /** Dates after it don't count, and ages are as of it. */
  asOf: Date
}

/**
 * The claims of a record by a profile; a claim without a value is absent. The same resources give
 * the same claims whatever their order. A resource whose modifiers say that it is not so, not yet
 * so, taken back or not understood gives none; nor does one about somebody else or one with a
 * sensitivity label.
 */
export function derive(
  resources: readonly Resource[],
  profile: ClaimProfile,
  options: Options,
): Claims {
  const claims: Claims = {}
  for (const { values } of explain(resources, profile, options)) Object.assign(claims, values)
  return claims
}

/** The claims with where each came from, and why other elements of the record did not count. */
export function explain(
  resources: readonly Resource[],
  profile: ClaimProfile,
  options: Options,
): Evidence[] {
  const context = createContext(resources, options.asOf)
  return profile.claims.map((rule) => weigh(rule, context))
}

function weigh(rule: ClaimRule, context: Context): Evidence {
  const { claim } = rule
  switch (rule.kind) {
    case 'constant':
      return { claim, values: { [claim]: rule.value }, from: [], others: [] }
    case 'count':
      return weighCount(claim, context)
    case 'birthYearBand':
      return weighPatient(claim, 'birthDate', context, (patient) =>
        bandOf(patient, rule.width, context.asOf),
      )
    case 'sex':
      return weighPatient(claim, 'gender', context, sexOf)
    case 'codes':
      return weighCodes(rule, context)
    case 'measurement':
      return weighMeasurement(rule, context)
  }
}

function weighCount(claim: string, { resources }: Context): Evidence {
  const open = resources.filter((resource) => labelsOf(resource).length === 0)
  return { claim, values: { [claim]: open.length }, from: [], others: [] }
}
