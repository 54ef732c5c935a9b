import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { CORE_1 } from './claims/core1.ts'

/**
 * A claim profile says which flat claims an issuer derives from a record (exchange protocol, section 3). It is a versioned document
 * whose hash stands in the credential, so that a verifier knows how each claim came about.
 */
export type ClaimProfile = {
  readonly name: string
  readonly version: number
  readonly claims: readonly ClaimRule[]
}

/**
 * How one claim is derived. `fhirPath` selects elements of the record as a Bundle, and `kind` says what becomes of them:
 * - `code`: the code of one coding of the given `system`; with `count` n, n claims named by the claim's name and 1, 2, … n,
 *   the codes of `first` before others, then the latest before older ones, then by code;
 * - `scaledInteger`: the latest quantity in `unit`, times 10^`scale`, halves away from zero;
 * - `year`: the year of the resource that holds the latest such quantity, or of the date itself;
 * - `boolean`: 1 when anything is selected, else 0;
 * - `band`: the birth year as a band of `width` years, the oldest in one class;
 * - `count`: how many are selected;
 * - `constant`: `value` as it stands.
 */
export type ClaimRule = {
  readonly claim: string
  readonly fhirPath: string
  readonly kind: 'code' | 'scaledInteger' | 'year' | 'boolean' | 'band' | 'count' | 'constant'
  /** UCUM code that a quantity must have, annotations in braces apart. */
  readonly unit?: string
  /** Decimal digits kept of a quantity. */
  readonly scale?: number
  readonly system?: string
  readonly count?: number
  readonly first?: readonly string[]
  readonly width?: number
  /** URL of the extension that stands for a birth date left out because of an age over 89. */
  readonly oldest?: string
  readonly value?: string
}

/** The profile that issuers use by default. */
export const AMBROSIA_CORE_1: ClaimProfile = CORE_1

const KINDS: readonly string[] = [
  'code',
  'scaledInteger',
  'year',
  'boolean',
  'band',
  'count',
  'constant',
]

/** Hash of the profile as canonical JSON, 32 bytes. */
export function hash(profile: ClaimProfile): Uint8Array {
  return sha256(CanonicalJson.encode(profile))
}

/** The names of the claims that the profile can give, in order. */
export function claimNames(profile: ClaimProfile): string[] {
  return profile.claims.flatMap((rule) =>
    rule.count === undefined
      ? [rule.claim]
      : Array.from({ length: rule.count }, (_, i) => `${rule.claim}${i + 1}`),
  )
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
    if (!KINDS.includes(rule.kind)) throw new InvalidError(`${at}.kind`)
    if (typeof rule.fhirPath !== 'string') throw new InvalidError(`${at}.fhirPath`)
    if (rule.kind === 'scaledInteger' && !isDigitCount(rule.scale)) {
      throw new InvalidError(`${at}.scale`)
    }
    if (rule.kind === 'code' && rule.system === undefined) throw new InvalidError(`${at}.system`)
  })
  const names = claimNames(profile)
  if (new Set(names).size !== names.length) throw new InvalidError('claims: a name stands twice')
}

function isDigitCount(scale: number | undefined): boolean {
  return Number.isSafeInteger(scale) && (scale as number) >= 0 && (scale as number) <= 9
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string) {
    super('ClaimProfile.Invalid', `the claim profile is wrong at ${path}`, { details: { path } })
  }
}
