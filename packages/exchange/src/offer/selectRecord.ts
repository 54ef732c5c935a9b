import type { Resource } from '@ambrosia/health/Resource'
import { type ResourceRule, select } from '@ambrosia/health/Selection'
import { classOf, isClassOf, labelsOf } from '@ambrosia/health/Sensitivity'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Criteria from '../Criteria.ts'
import { type IssuedRecord, toResources } from '../IssuedRecord.ts'
import {
  isGroupOf,
  MANDATORY_POINTERS,
  parseGroup,
  parseTypeRoot,
  textsOf,
} from '../RecordCredential.ts'

/** What leaves the person for a deal, and nothing else. */
export type SelectedRecord = {
  /** Positions in the issued record, ascending. */
  indexes: number[]
  resources: Resource[]
  total: number
  /** One line for the person. */
  explanation: string
  /** Sensitivity labels of what is selected, sorted; empty for most. */
  labels: string[]
  pointers: Pointers
}

/** JSON pointers into the credential of what the two presentations show. */
export type Pointers = { shared: string[]; oracleOnly: string[] }

/**
 * Chooses the resources, claims and digests that a deal's criteria need.
 * @throws Offer.FormNotHeld, Offer.ClaimsUnmatched, Offer.NothingSelected
 */
export function selectRecord(record: IssuedRecord, criteria: Criteria.Criteria): SelectedRecord {
  if (record.form !== criteria.form) throw new FormNotHeldError(criteria.form)
  const resources = toResources(record.resources)
  const selection = select(resources, criteria.resources)
  if (selection.indexes.length === 0) throw new NothingSelectedError()
  const subject = record.credential['credentialSubject'] as Record<string, unknown>
  const type = record.credential['type'] as string[]
  const claims = Criteria.claimsToDisclose(criteria, { type, subject })
  if (claims === undefined) throw new ClaimsUnmatchedError()
  const chosen = selection.indexes.map((index) => resources[index] as Resource)
  return {
    indexes: selection.indexes,
    resources: chosen,
    total: resources.length,
    explanation: selection.explanation,
    labels: [...new Set(chosen.flatMap(labelsOf))].sort(),
    pointers: pointersOf(subject, criteria, { indexes: selection.indexes, chosen, claims }),
  }
}

/** What the presentations must show of a credential for these claims and resources. */
export function pointersOf(
  subject: Record<string, unknown>,
  criteria: Criteria.Criteria,
  { indexes, chosen, claims }: { indexes: number[]; chosen: Resource[]; claims: string[] },
): Pointers {
  const at = (name: string): string => `/credentialSubject/${name}`
  const isListed = Array.isArray(subject['resourceDigest'])
  const proofClasses = new Set(isListed ? [] : chosen.map(classOf))
  const shared = [
    ...claims.map(at),
    ...groupPointers(
      subject,
      criteria.resources.filter((rule) => isWhole(rule) && rule.codes),
    ),
    ...typePointers(
      subject,
      (name) => proofClasses.has(name) || wholeTypes(criteria).some((rule) => isNamed(name, rule)),
    ),
    ...(isListed ? indexes.map((index) => at(`resourceDigest/${index}`)) : []),
  ]
  // That no group of several codes is hidden shows only against all groups of the type, which the
  // consumer need not see.
  const several = criteria.resources.filter(
    (rule) => isWhole(rule) && (rule.codes?.length ?? 0) > (rule.sensitive === undefined ? 1 : 0),
  )
  const counted = several.map(({ codes: _, ...rule }) => rule)
  const oracleOnly = new Set([
    at('subjectHandle'),
    at('holder'),
    '/credentialStatus',
    ...groupPointers(subject, counted),
    ...typePointers(subject, (name) => counted.some((rule) => isNamed(name, rule))),
  ])
  for (const pointer of shared) oracleOnly.delete(pointer)
  return { shared, oracleOnly: [...oracleOnly] }
}

/** The subject as a presentation that shows these pointers has it. */
export function shownSubject(
  subject: Readonly<Record<string, unknown>>,
  pointers: readonly string[],
): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const pointer of [...MANDATORY_POINTERS, ...pointers]) {
    const [, root, name, position] = pointer.split('/')
    if (root !== 'credentialSubject' || name === undefined) continue
    const value = subject[name]
    if (position === undefined) shown[name] = value
    else {
      const members = (shown[name] ?? []) as unknown[]
      shown[name] = [...members, (value as unknown[])[Number(position)]]
    }
  }
  return shown
}

function isWhole(rule: ResourceRule): boolean {
  return rule.all === true
}

/** Rules that ask for everything of a type. */
function wholeTypes(criteria: Criteria.Criteria): ResourceRule[] {
  return criteria.resources.filter((rule) => isWhole(rule) && rule.codes === undefined)
}

/** True for a class of which the rule asks, labels included. */
function isNamed(name: string, { type, sensitive }: ResourceRule): boolean {
  return isClassOf(name, type, sensitive)
}

/**
 * Pointers to the groups that rules name by code; a rule without codes names all groups of its
 * type.
 */
function groupPointers(subject: Record<string, unknown>, rules: readonly ResourceRule[]): string[] {
  return textsOf(subject['group']).flatMap((text, index) => {
    const group = parseGroup(text)
    const isAsked = rules.some(
      (rule) =>
        isNamed(group.class, rule) && (rule.codes?.some((code) => isGroupOf(group, code)) ?? true),
    )
    return isAsked ? [`/credentialSubject/group/${index}`] : []
  })
}

function typePointers(
  subject: Record<string, unknown>,
  isAsked: (name: string) => boolean,
): string[] {
  return textsOf(subject['typeRoot']).flatMap((text, index) =>
    isAsked(parseTypeRoot(text).class) ? [`/credentialSubject/typeRoot/${index}`] : [],
  )
}

export class FormNotHeldError extends AmbrosiaError {
  constructor(form: string) {
    super('Offer.FormNotHeld', `the deal asks for the ${form} form of a record`, {
      hint: 'Offer the record in that form; the identified form needs an authorization of its own.',
    })
  }
}

export class NothingSelectedError extends AmbrosiaError {
  constructor() {
    super('Offer.NothingSelected', 'the record holds nothing that the deal asks for')
  }
}

export class ClaimsUnmatchedError extends AmbrosiaError {
  constructor() {
    super('Offer.ClaimsUnmatched', 'the credential does not satisfy the query of the deal')
  }
}
