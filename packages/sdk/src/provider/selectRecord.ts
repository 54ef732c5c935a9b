import * as Criteria from '@ambrosia/exchange/Criteria'
import { type IssuedRecord, toResource } from '@ambrosia/exchange/IssuedRecord'
import { parseGroup, textsOf } from '@ambrosia/exchange/RecordCredential'
import type { Resource } from '@ambrosia/health/Resource'
import { select } from '@ambrosia/health/Selection'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** What leaves the person for a deal, and nothing else. */
export type SelectedRecord = {
  /** Positions in the issued record, ascending. */
  indexes: number[]
  resources: Resource[]
  total: number
  /** One line for the person. */
  explanation: string
  /** JSON pointers into the credential of what the two presentations show. */
  pointers: { shared: string[]; oracleOnly: string[] }
}

/** Chooses the resources, claims and digests that a deal's criteria need. @throws Offer.FormNotHeld, Offer.ClaimsUnmatched, Offer.NothingSelected */
export function selectRecord(record: IssuedRecord, criteria: Criteria.Criteria): SelectedRecord {
  if (record.form !== criteria.form) throw new FormNotHeldError(criteria.form)
  const resources = record.resources.map(toResource)
  const selection = select(resources, criteria.resources)
  if (selection.indexes.length === 0) throw new NothingSelectedError()
  const subject = record.credential['credentialSubject'] as Record<string, unknown>
  const type = record.credential['type'] as string[]
  const claims = Criteria.claimsToDisclose(criteria, { type, subject })
  if (claims === undefined) throw new ClaimsUnmatchedError()
  const at = (name: string): string => `/credentialSubject/${name}`
  const isListed = Array.isArray(subject['resourceDigest'])
  const shared = [
    ...claims.map(at),
    ...neededGroups(subject, criteria).map((index) => at(`group/${index}`)),
    ...(isListed
      ? selection.indexes.map((index) => at(`resourceDigest/${index}`))
      : neededTypeRoots(
          subject,
          selection.indexes.map((index) => resources[index] as Resource),
        ).map((index) => at(`typeRoot/${index}`))),
  ]
  return {
    indexes: selection.indexes,
    resources: selection.indexes.map((index) => resources[index] as Resource),
    total: resources.length,
    explanation: selection.explanation,
    pointers: { shared, oracleOnly: [at('subjectHandle'), at('holder'), '/credentialStatus'] },
  }
}

/** Groups that the criteria ask for as a whole. */
function neededGroups(subject: Record<string, unknown>, criteria: Criteria.Criteria): number[] {
  const rules = criteria.resources.filter((rule) => rule.all === true)
  return textsOf(subject['group']).flatMap((text, index) => {
    const group = parseGroup(text)
    const isNeeded = rules.some(
      (rule) =>
        rule.type === group.type &&
        (rule.codes === undefined ||
          rule.codes.some((code) => code.system === group.system && code.code === group.code)),
    )
    return isNeeded ? [index] : []
  })
}

function neededTypeRoots(
  subject: Record<string, unknown>,
  selected: readonly Resource[],
): number[] {
  const types = new Set(selected.map((resource) => resource.type))
  return textsOf(subject['typeRoot']).flatMap((text, index) =>
    types.has(text.split('|')[0] as string) ? [index] : [],
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
