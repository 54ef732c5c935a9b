import * as Predicate from '@ambrosia/health/Predicate'
import * as Quality from '@ambrosia/health/Quality'
import { canonicalBytes, mainCode, type Resource, toPlain } from '@ambrosia/health/Resource'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { select } from '@ambrosia/health/Selection'
import * as Validation from '@ambrosia/health/Validation'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Criteria, matchesClaims } from '../Criteria.ts'
import { digest, digestText, toResource } from '../IssuedRecord.ts'
import type { Payload, PayloadResource } from '../Payload.ts'
import {
  type GroupClaim,
  isSignedResource,
  isWholeGroup,
  isWholeType,
  parseGroup,
  parseTypeRoot,
  textsOf,
} from '../RecordCredential.ts'
import { personTag, recordTag } from '../Tags.ts'

/** A presentation whose proof, issuer key, validity and header were verified before. */
export type VerifiedPresentation = {
  issuer: string
  type: string[]
  subject: Readonly<Record<string, unknown>>
}

export type Judgement = { score: number; resources: Resource[]; quality: Quality.Score }

/**
 * Judges an opened record against criteria: digests, schema, de-identification, selection, completeness, claims, predicates,
 * quality. A function of its arguments, so that every oracle, and the consumer, comes to the same verdict. Time counts from `asOf`.
 * @throws Record.* naming what failed, never a value
 */
export function judge(options: {
  payload: Payload
  criteria: Criteria
  presentation: VerifiedPresentation
  isHolderBound: boolean
  asOf: Date
}): Judgement {
  const { payload, criteria, presentation, asOf } = options
  if (!criteria.issuers.includes(presentation.issuer)) throw new IssuerNotTrustedError()
  if (presentation.subject['form'] !== criteria.form)
    throw new RecordError('WrongForm', 'the record is not in the form that the deal asks for')
  const resources = payload.resources.map(toResource)
  assertSigned(payload.resources, resources, presentation.subject)
  assertDisclosedExactly(payload.resources, presentation.subject)
  if (criteria.form === 'safe-harbor') assertDeidentified(resources, asOf)
  const findings = assertValid(resources, criteria)
  assertSelection(resources, criteria)
  assertComplete(payload.resources, resources, criteria, presentation.subject)
  if (
    !matchesClaims(
      criteria,
      { type: presentation.type, subject: presentation.subject },
      options.isHolderBound,
    )
  ) {
    throw new RecordError(
      'ClaimsUnmatched',
      'the disclosed claims do not satisfy the query of the deal',
    )
  }
  assertPredicates(resources, criteria, asOf)
  const quality = Quality.score(resources, { asOf, findings, rules: criteria.resources })
  return { score: quality.score, resources, quality }
}

function assertSigned(
  salted: readonly PayloadResource[],
  resources: readonly Resource[],
  subject: VerifiedPresentation['subject'],
): void {
  const seen = new Set<string>()
  salted.forEach((resource, index) => {
    const text = digestText(digest(resource))
    if (
      seen.has(text) ||
      !isSignedResource(subject, (resources[index] as Resource).type, resource)
    ) {
      throw new DigestMismatchError(index)
    }
    seen.add(text)
  })
}

/** A presentation that discloses digests of resources which are not delivered would let a buyer link records. */
function assertDisclosedExactly(
  salted: readonly PayloadResource[],
  subject: VerifiedPresentation['subject'],
): void {
  const delivered = new Set(
    salted.filter((one) => one.proof === undefined).map((one) => digestText(digest(one))),
  )
  if (textsOf(subject['resourceDigest']).some((text) => !delivered.has(text))) {
    throw new RecordError(
      'DisclosesMore',
      'the presentation discloses digests of resources that are not delivered',
    )
  }
}

function assertDeidentified(resources: readonly Resource[], asOf: Date): void {
  const finding = SafeHarbor.check(resources, { asOf })[0]
  if (finding) {
    throw new RecordError(
      'NotDeidentified',
      `not in Safe Harbor form at ${finding.path}: rule ${finding.rule}`,
    )
  }
}

function assertValid(resources: readonly Resource[], criteria: Criteria): Validation.Finding[] {
  const findings = Validation.check(resources, {
    ...(criteria.profile ? { profile: JSON.stringify(criteria.profile.definition) } : {}),
    ...(criteria.jsonSchema ? { jsonSchema: criteria.jsonSchema } : {}),
  })
  const first = findings[0]
  if (first) {
    throw new RecordError(
      'SchemaInvalid',
      `resource ${first.resourceIndex} is not valid at ${first.path}: ${first.rule}`,
    )
  }
  return findings
}

function assertSelection(resources: readonly Resource[], criteria: Criteria): void {
  criteria.resources.forEach((rule, position) => {
    if (select(resources, [rule]).indexes.length === 0) {
      throw new RecordError('RuleUnmatched', `no ${rule.type} for rule ${position + 1} of the deal`)
    }
  })
  if (select(resources, criteria.resources).indexes.length !== resources.length) {
    throw new RecordError(
      'MoreThanAsked',
      'the record holds resources that the deal does not ask for',
    )
  }
}

/**
 * That nobody left bad values out. A rule for one code needs that group, of which there is one; a rule for a whole type needs the type's
 * root; a rule for several codes needs every group of the type, whose counts make the type's count, so that none is hidden.
 */
function assertComplete(
  salted: readonly PayloadResource[],
  resources: readonly Resource[],
  criteria: Criteria,
  subject: VerifiedPresentation['subject'],
): void {
  const groups = textsOf(subject['group']).map(parseGroup)
  const types = textsOf(subject['typeRoot']).map(parseTypeRoot)
  for (const rule of criteria.resources) {
    if (rule.all !== true) continue
    const ofType = salted.filter((_, index) => resources[index]?.type === rule.type)
    const whole = types.find((claim) => claim.type === rule.type)
    if (rule.codes === undefined) {
      if (whole === undefined) throw new IncompleteError(rule.type)
      if (!isWholeType(whole, ofType))
        throw new IncompleteError(rule.type, whole.count, ofType.length)
      continue
    }
    const known = groups.filter((group) => group.type === rule.type)
    const asked = known.filter((group) => isAskedGroup(rule, group))
    const counted = known.reduce((sum, group) => sum + group.count, 0)
    if (asked.length < rule.codes.length && counted !== whole?.count)
      throw new IncompleteError(rule.type)
    for (const group of asked) {
      const members = salted.filter((_, index) => isMember(group, resources[index] as Resource))
      if (!isWholeGroup(group, members))
        throw new IncompleteError(rule.type, group.count, members.length)
    }
  }
}

function isAskedGroup(rule: Criteria['resources'][number], group: GroupClaim): boolean {
  const isCode = (code: { system: string; code: string }): boolean =>
    code.system === group.system && code.code === group.code
  return rule.codes?.some(isCode) ?? true
}

function isMember(group: GroupClaim, resource: Resource): boolean {
  const code = mainCode(resource) ?? { system: '', code: '' }
  return resource.type === group.type && code.system === group.system && code.code === group.code
}

function assertPredicates(resources: readonly Resource[], criteria: Criteria, asOf: Date): void {
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource: toPlain(resource) })),
  }
  for (const { id, expression } of criteria.predicates) {
    if (!Predicate.evaluate(Predicate.compile(expression), bundle, { asOf }))
      throw new PredicateFailedError(id)
  }
}

/** Sets of which the consumer may see less than the oracles. */
const PARTIAL_SETS: readonly string[] = ['group', 'typeRoot']

/** Presentations (a) and (b) must be of one credential as far as can be seen: same issuer, equal values, of some sets a part. */
export function assertAgree(a: VerifiedPresentation, b: VerifiedPresentation): void {
  const isShown = (name: string): boolean => {
    if (PARTIAL_SETS.includes(name)) {
      const known = new Set(textsOf(a.subject[name]))
      return textsOf(b.subject[name]).every((text) => known.has(text))
    }
    const [first, second] = [a, b].map(({ subject }) =>
      CanonicalJson.stringify(textsOrValue(subject[name])),
    )
    return first === second
  }
  const hidden = ['subjectHandle', 'holder']
  const isPart = Object.keys(b.subject).every((name) => !hidden.includes(name) && isShown(name))
  if (a.issuer !== b.issuer || !isPart) {
    throw new RecordError(
      'PresentationsDisagree',
      'the presentation for the consumer is not of the same credential',
    )
  }
}

function textsOrValue(value: unknown): unknown {
  return Array.isArray(value)
    ? [...value].sort()
    : typeof value === 'string'
      ? [value]
      : (value ?? null)
}

/** The tags of a judged record under the deal's tag key. */
export function tagsOf(options: {
  tagKey: Uint8Array
  issuer: string
  subject: VerifiedPresentation['subject']
  resources: readonly Resource[]
}): { personTag: Hex; recordTag: Hex } {
  const subjectHandle = options.subject['subjectHandle']
  if (typeof subjectHandle !== 'string')
    throw new RecordError('NoSubjectHandle', 'the presentation hides the subject handle')
  return {
    personTag: personTag(options.tagKey, { issuer: options.issuer, subjectHandle }),
    recordTag: recordTag(options.tagKey, options.resources.map(canonicalBytes)),
  }
}

/** A record that is not what the deal asks for; the code says in what. */
export class RecordError extends AmbrosiaError {
  constructor(reason: string, message: string, hint?: string) {
    super(`Record.${reason}`, message, { hint })
  }
}

export class IssuerNotTrustedError extends RecordError {
  constructor() {
    super('IssuerNotTrusted', 'the issuer is not among those that the deal trusts')
  }
}

export class DigestMismatchError extends RecordError {
  constructor(index: number) {
    super('DigestMismatch', `resource ${index} is not the one that the issuer signed`)
  }
}

export class IncompleteError extends RecordError {
  constructor(type: string, asked?: number, delivered?: number) {
    const why =
      asked === undefined
        ? `the presentation does not show how many ${type} there are`
        : `${delivered} of ${asked} ${type} are delivered`
    super('Incomplete', `the deal asks for all: ${why}`)
  }
}

export class PredicateFailedError extends RecordError {
  readonly predicate: string
  constructor(predicate: string) {
    super('PredicateFailed', `the record does not satisfy the predicate "${predicate}"`)
    this.predicate = predicate
  }
}
