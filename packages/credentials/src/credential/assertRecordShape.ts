import { CREDENTIALS_V2, HEALTH_RECORD } from '../Contexts.ts'
import type { JsonObject } from '../DataModel.ts'
import { MalformedError, MandatoryHiddenError } from './errors.ts'

/**
 * The one shape of a health record credential. A proof covers RDF statements, not JSON: without
 * this, members could be reordered, doubled, wrapped in lists, or given a context of their own, and
 * the proof would still verify.
 */
const TOP = new Set([
  '@context',
  'type',
  'issuer',
  'validFrom',
  'validUntil',
  'credentialStatus',
  'credentialSubject',
  'proof',
])
const STATUS = new Set(['id', 'type', 'statusPurpose', 'statusListIndex', 'statusListCredential'])
const TEXTS = new Set(['subjectHandle', 'holder', 'claimProfile', 'form'])
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
/**
 * What a context can define as a claim; neither keywords nor what JavaScript reads otherwise, such
 * as `__proto__`.
 */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
/** Longest text of one claim, characters. */
export const CLAIM_TEXT_SIZE = 4096

/** @throws Credential.Malformed, Credential.MandatoryHidden */
export function assertRecordShape(document: JsonObject): void {
  for (const key of Object.keys(document)) {
    if (!TOP.has(key))
      throw new MalformedError('', 'has a member that record credentials do not have')
  }
  assertList(document['@context'], [CREDENTIALS_V2, HEALTH_RECORD], '/@context')
  assertList(document['type'], ['VerifiableCredential', 'HealthRecordCredential'], '/type')
  for (const name of ['issuer', 'validFrom', 'validUntil']) {
    if (document[name] === undefined) throw new MandatoryHiddenError(`/${name}`)
    if (typeof document[name] !== 'string') throw new MalformedError(`/${name}`, 'must be one text')
  }
  for (const name of ['validFrom', 'validUntil']) {
    if (!TIME.test(document[name] as string)) {
      throw new MalformedError(`/${name}`, 'must be a time in UTC with whole seconds')
    }
  }
  assertStatus(document['credentialStatus'])
  assertSubject(document['credentialSubject'])
}

function assertSubject(value: unknown): void {
  const path = '/credentialSubject'
  if (!isObject(value)) throw new MandatoryHiddenError(path)
  for (const name of ['claimProfile', 'form']) {
    if (value[name] === undefined) throw new MandatoryHiddenError(`${path}/${name}`)
  }
  for (const [name, claim] of Object.entries(value)) {
    if (name === 'id' || name === 'type' || !NAME.test(name)) {
      throw new MalformedError(path, 'has a member that is not a claim')
    }
    if (TEXTS.has(name) && typeof claim !== 'string') {
      throw new MalformedError(`${path}/${name}`, 'must be one text')
    }
    assertClaim(claim, path)
  }
}

function assertClaim(claim: unknown, path: string): void {
  if (isText(claim)) return
  if (Number.isSafeInteger(claim) && !Object.is(claim, -0)) return
  const isSet = Array.isArray(claim) && claim.length > 0 && claim.every(isText)
  if (isSet && new Set(claim).size === claim.length) return
  throw new MalformedError(
    path,
    'has a claim that is not a string, a whole number, or a set of different strings',
  )
}

function assertStatus(value: unknown): void {
  if (value === undefined) return
  const path = '/credentialStatus'
  if (!isObject(value)) throw new MalformedError(path, 'must be one object')
  for (const [key, member] of Object.entries(value)) {
    if (!STATUS.has(key) || typeof member !== 'string') {
      throw new MalformedError(path, 'has a member that status entries do not have')
    }
  }
}

function assertList(value: unknown, expected: readonly string[], path: string): void {
  const isSame =
    Array.isArray(value) &&
    value.length === expected.length &&
    expected.every((entry, index) => value[index] === entry)
  if (!isSame) throw new MalformedError(path, `must be exactly ${expected.join(', ')}`)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= CLAIM_TEXT_SIZE && value.isWellFormed()
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
