import * as Predicate from '@ambrosia/health/Predicate'
import * as Quality from '@ambrosia/health/Quality'
import {
  type Code,
  canonicalBytes,
  codesOf,
  hasCode,
  type Resource,
  toPlain,
} from '@ambrosia/health/Resource'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { meets, select } from '@ambrosia/health/Selection'
import { classOf, isClassOf } from '@ambrosia/health/Sensitivity'
import * as Validation from '@ambrosia/health/Validation'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Criteria, matchesClaims } from '../Criteria.ts'
import { digest, digestText, toResource } from '../IssuedRecord.ts'
import type { Payload, PayloadResource } from '../Payload.ts'
import {
  type GroupClaim,
  isGroupOf,
  isSignedResource,
  isWholeGroup,
  isWholeType,
  parseGroup,
  parseTypeRoot,
  type TypeClaim,
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
      !isSignedResource(subject, classOf(resources[index] as Resource), resource)
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
    if (!resources.some((resource) => meets(resource, rule))) {
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
 * That nobody left bad values out. A rule for a whole type needs the root of its class; one for codes
 * needs the group of each code, or every group of the class, as many as its root counts, so that none is
 * hidden. What is labelled as sensitive is of classes of its own: those delivered are whole too.
 */
function assertComplete(
  salted: readonly PayloadResource[],
  resources: readonly Resource[],
  criteria: Criteria,
  subject: VerifiedPresentation['subject'],
): void {
  const groups = [...new Set(textsOf(subject['group']))].map(parseGroup)
  const roots = textsOf(subject['typeRoot']).map(parseTypeRoot)
  const classes = resources.map(classOf)
  for (const rule of criteria.resources) {
    if (rule.all !== true) continue
    const asked = classes.filter((name) => isClassOf(name, rule.type, rule.sensitive))
    for (const name of new Set([rule.type, ...asked])) {
      const root = roots.find((claim) => claim.class === name)
      const known = groups.filter((group) => group.class === name)
      if (rule.codes === undefined) assertWholeClass(root, name)
      else assertWholeGroups(rule.codes, known, root, name)
    }
  }

  function assertWholeClass(root: TypeClaim | undefined, name: string): void {
    if (root === undefined) throw new IncompleteError(name)
    const members = salted.filter((_, index) => classes[index] === name)
    if (!isWholeType(root, members)) throw new IncompleteError(name, root.count, members.length)
  }

  function assertWholeGroups(
    codes: readonly Code[],
    known: readonly GroupClaim[],
    root: TypeClaim | undefined,
    name: string,
  ): void {
    const asked = known.filter((group) => codes.some((code) => isGroupOf(group, code)))
    if (asked.length < codes.length && known.length !== root?.groupCount) {
      throw new IncompleteError(name)
    }
    for (const group of asked) {
      const members = salted.filter(
        (_, index) => classes[index] === name && isMember(group, resources[index] as Resource),
      )
      if (!isWholeGroup(group, members)) {
        throw new IncompleteError(name, group.count, members.length)
      }
    }
  }
}

/** A resource is in the group of each code that it has. */
function isMember(group: GroupClaim, resource: Resource): boolean {
  return group.code === '' ? codesOf(resource).length === 0 : hasCode(resource, group)
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
