import * as Predicate from '@ambrosia/health/Predicate'
import type { Resource } from '@ambrosia/health/Resource'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { meets, type ResourceRule, select } from '@ambrosia/health/Selection'
import { classOf } from '@ambrosia/health/Sensitivity'
import * as Validation from '@ambrosia/health/Validation'
import { type Criteria, matchesClaims } from '../Criteria.ts'
import { digest, digestText } from '../IssuedRecord.ts'
import { isSignedResource, textsOf } from '../RecordCredential.ts'
import { assertComplete } from './assertComplete.ts'
import {
  DigestMismatchError,
  IssuerNotTrustedError,
  PredicateFailedError,
  RecordError,
} from './errors.ts'
import type { Opened } from './Opened.ts'

/** One thing that a record is judged by; it throws what refuses the record. */
export type Check = {
  name: string
  /** Of what an issuer signed, which a sample does not have, or of the contents. */
  of: 'signature' | 'contents'
  assert: (opened: Opened) => void
}

/**
 * Everything that a record is judged by under these criteria, in its order. Oracle, consumer and
 * sample go by this one list.
 */
export function checksOf(criteria: Criteria): Check[] {
  return [
    { name: 'issuer', of: 'signature', assert: assertIssuer },
    { name: 'form', of: 'contents', assert: assertForm },
    { name: 'digests', of: 'signature', assert: assertSigned },
    { name: 'disclosure', of: 'signature', assert: assertDisclosedExactly },
    { name: 'de-identified', of: 'contents', assert: assertDeidentified },
    { name: 'schema and profile', of: 'contents', assert: assertValid },
    ...criteria.resources.map((rule, index): Check => {
      const assert = (opened: Opened): void => assertRuleMatched(opened, rule, index)
      return { name: nameOf(rule, index), of: 'contents', assert }
    }),
    { name: 'no more than asked', of: 'contents', assert: assertNoMore },
    { name: 'nothing left out', of: 'contents', assert: assertComplete },
    { name: 'claims (dcql)', of: 'contents', assert: assertClaims },
    ...criteria.predicates.map((predicate): Check => {
      const assert = (opened: Opened): void => assertPredicate(opened, predicate)
      return { name: `predicate ${predicate.id}`, of: 'contents', assert }
    }),
  ]
}

function nameOf(rule: ResourceRule, index: number): string {
  const codes = (rule.codes ?? []).map(({ code }) => code)
  return `rule ${index + 1} (${[rule.type, ...codes].join(' ')})`
}

function assertIssuer({ criteria, presentation }: Opened): void {
  if (!criteria.issuers.includes(presentation.issuer)) throw new IssuerNotTrustedError()
}

function assertForm({ criteria, presentation }: Opened): void {
  if (presentation.subject['form'] !== criteria.form) {
    throw new RecordError('WrongForm', 'the record is not in the form that the deal asks for')
  }
}

function assertSigned({ salted, resources, presentation }: Opened): void {
  const seen = new Set<string>()
  salted.forEach((resource, index) => {
    const text = digestText(digest(resource))
    const name = classOf(resources[index] as Resource)
    if (seen.has(text) || !isSignedResource(presentation.subject, name, resource)) {
      throw new DigestMismatchError(index)
    }
    seen.add(text)
  })
}

/**
 * A presentation that discloses digests of resources which are not delivered would let a buyer link
 * records.
 */
function assertDisclosedExactly({ salted, presentation }: Opened): void {
  const delivered = new Set(
    salted.filter((one) => one.proof === undefined).map((one) => digestText(digest(one))),
  )
  if (textsOf(presentation.subject['resourceDigest']).some((text) => !delivered.has(text))) {
    throw new RecordError(
      'DisclosesMore',
      'the presentation discloses digests of resources that are not delivered',
    )
  }
}

function assertDeidentified({ resources, criteria, asOf }: Opened): void {
  if (criteria.form !== 'safe-harbor') return
  const finding = SafeHarbor.check(resources, { asOf })[0]
  if (finding) {
    throw new RecordError(
      'NotDeidentified',
      `not in Safe Harbor form at ${finding.path}: rule ${finding.rule}`,
    )
  }
}

function assertValid({ resources, criteria }: Opened): void {
  const first = Validation.check(resources, {
    ...(criteria.profile ? { profile: JSON.stringify(criteria.profile.definition) } : {}),
    ...(criteria.jsonSchema ? { jsonSchema: criteria.jsonSchema } : {}),
  })[0]
  if (first) {
    throw new RecordError(
      'SchemaInvalid',
      `resource ${first.resourceIndex} is not valid at ${first.path}: ${first.rule}`,
    )
  }
}

function assertRuleMatched({ resources }: Opened, rule: ResourceRule, index: number): void {
  if (resources.some((resource) => meets(resource, rule))) return
  throw new RecordError('RuleUnmatched', `no ${rule.type} for rule ${index + 1} of the deal`)
}

function assertNoMore({ resources, criteria }: Opened): void {
  if (select(resources, criteria.resources).indexes.length === resources.length) return
  throw new RecordError(
    'MoreThanAsked',
    'the record holds resources that the deal does not ask for',
  )
}

function assertClaims({ criteria, presentation, isHolderBound }: Opened): void {
  const { type, subject } = presentation
  if (matchesClaims(criteria, { type, subject }, isHolderBound)) return
  throw new RecordError(
    'ClaimsUnmatched',
    'the disclosed claims do not satisfy the query of the deal',
  )
}

/**
 * A predicate sees the Bundle that is delivered: its entries in their order, each with the
 * `fullUrl` that it is delivered under.
 */
function assertPredicate(
  { resources, asOf }: Opened,
  { id, expression }: Criteria['predicates'][number],
): void {
  const { bundle, work } = focusOf(resources)
  if (!Predicate.evaluate(Predicate.compile(expression), bundle, { asOf, work })) {
    throw new PredicateFailedError(id)
  }
}

/**
 * The Bundle of a record, made once, and the work of all its predicates: fifty of them take no
 * longer than one may.
 */
type Focus = { bundle: ReturnType<typeof Predicate.bundleOf>; work: Predicate.Work }

const foci = new WeakMap<readonly Resource[], Focus>()

function focusOf(resources: readonly Resource[]): Focus {
  let focus = foci.get(resources)
  if (focus === undefined) {
    focus = { bundle: Predicate.bundleOf(resources), work: { steps: 0 } }
    foci.set(resources, focus)
  }
  return focus
}
