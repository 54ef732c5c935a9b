import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { CORE_2 } from './claims/core2.ts'
import type { Code } from './resource/codes.ts'
import * as Ucum from './Ucum.ts'

/**
 * A claim profile says which flat claims an issuer derives from a record (exchange protocol,
 * section 5). It is a versioned document whose hash stands in the credential, so that a verifier
 * knows how each claim came about.
 */
export type ClaimProfile = {
  readonly name: string
  readonly version: number
  readonly claims: readonly ClaimRule[]
}

/**
 * How the claims of one name are derived (docs/spec/health.md, "Claims"):
 * - `constant`: `value` as it stands;
 * - `count`: the number of resources that carry no sensitivity label;
 * - `birthYearBand`: the Patient's year of birth as a band of `width` years, the oldest in one
 *   class;
 * - `sex`: the Patient's administrative gender;
 * - `codes`: up to `count` codes of `system` that resources of `type` have, as claims with the
 *   numbers 1,
 *   2, … behind the name: those of `first` before others, then the latest, then by code; `when` tells
 *   whether it is what holds or what held;
 * - `measurement`: the latest quantity measured under one of `codes`, in `unit`, times 10^`scale`.
 */
export type ClaimRule = { readonly claim: string } & (
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'birthYearBand'; readonly width: number }
  | { readonly kind: 'sex' }
  | CodesRule
  | MeasurementRule
)

export type CodesRule = {
  readonly claim: string
  readonly kind: 'codes'
  readonly type: string
  readonly system: string
  readonly when: 'present' | 'past'
  readonly count: number
  readonly first: readonly string[]
}

export type MeasurementRule = {
  readonly claim: string
  readonly kind: 'measurement'
  readonly codes: readonly Code[]
  /** UCUM code; quantities in units that measure the same are converted. */
  readonly unit: string
  /** Decimal digits kept. */
  readonly scale: number
}

/** The profile that issuers use by default. */
export const AMBROSIA_CORE_2: ClaimProfile = CORE_2

/** Hash of the profile as canonical JSON, 32 bytes. */
export function hash(profile: ClaimProfile): Uint8Array {
  return sha256(CanonicalJson.encode(profile))
}

/** The names of the claims that the profile can give, in order. */
export function claimNames(profile: ClaimProfile): string[] {
  return profile.claims.flatMap((rule) => {
    if (rule.kind === 'codes') {
      return Array.from({ length: rule.count }, (_, i) => `${rule.claim}${i + 1}`)
    }
    if (rule.kind !== 'measurement') return [rule.claim]
    return ['', 'AtLeast', 'AtMost', 'Year'].map((end) => rule.claim + end)
  })
}

/** Checks a profile from outside. @throws ClaimProfile.Invalid */
export function assert(profile: ClaimProfile): void {
  if (typeof profile.name !== 'string' || !Number.isSafeInteger(profile.version)) {
    throw new InvalidError('name or version')
  }
  if (!Array.isArray(profile.claims)) throw new InvalidError('claims')
  profile.claims.forEach((rule: ClaimRule, i) => {
    const at = `claims[${i}]`
    if (!/^[a-z][A-Za-z0-9]*$/.test(rule.claim)) throw new InvalidError(`${at}.claim`)
    const fault = faultOf(rule)
    if (fault !== undefined) throw new InvalidError(`${at}.${fault}`)
  })
  const names = claimNames(profile)
  if (new Set(names).size !== names.length) throw new InvalidError('claims: a name stands twice')
}

function faultOf(rule: ClaimRule): string | undefined {
  switch (rule.kind) {
    case 'constant':
      return typeof rule.value === 'string' ? undefined : 'value'
    case 'count':
    case 'sex':
      return undefined
    case 'birthYearBand':
      return isCount(rule.width, 1, 100) ? undefined : 'width'
    case 'codes':
      if (typeof rule.type !== 'string' || typeof rule.system !== 'string') return 'type, system'
      if (!Array.isArray(rule.first)) return 'first'
      if (rule.when !== 'present' && rule.when !== 'past') return 'when'
      return isCount(rule.count, 1, 100) ? undefined : 'count'
    case 'measurement':
      if (!Array.isArray(rule.codes) || rule.codes.length === 0) return 'codes'
      if (Ucum.unitOf(rule.unit) === undefined) return 'unit'
      return isCount(rule.scale, 0, 9) ? undefined : 'scale'
    default:
      return 'kind'
  }
}

function isCount(value: unknown, minimum: number, maximum: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string) {
    super('ClaimProfile.Invalid', `the claim profile is wrong at ${path}`, { details: { path } })
  }
}
