import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Predicate from '@ambrosia/health/Predicate'
import { isWellFormedCode } from '@ambrosia/health/resource/isWellFormedCode'
import { RESOURCE_TYPES } from '@ambrosia/health/resourceTypes'
import { select } from '@ambrosia/health/Selection'
import { KEPT_TYPES } from '@ambrosia/health/safe-harbor/keptTypes'
import * as Validation from '@ambrosia/health/Validation'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { zeroAddress } from 'viem'
import type { Agreement } from '../Agreement.ts'
import * as Criteria from '../Criteria.ts'
import { consentSentences } from '../consentSentences.ts'
import type { DealTerms } from '../Deal.ts'

/**
 * Refuses the documents of a deal that no record could satisfy, or whose consent nobody could be
 * shown, before money is locked for them.
 * @throws Criteria.Unsatisfiable, Consent.TermInvalid, Consent.UnknownPurpose,
 * Selection.RuleInvalid, Validation.*
 */
export function assertSatisfiable(deal: {
  criteria: Criteria.Criteria
  agreement: Agreement
  terms: DealTerms
}): void {
  const { criteria, agreement, terms } = deal
  if (agreement.purpose !== criteria.purpose) {
    throw new UnsatisfiableError(
      'purpose',
      `the criteria say ${criteria.purpose}, the agreement ${agreement.purpose}`,
    )
  }
  for (const [index, rule] of criteria.resources.entries()) assertRule(rule, index, criteria.form)
  select([], criteria.resources)
  for (const { id, expression } of criteria.predicates) assertPredicate(id, expression)
  assertClaims(criteria)
  Validation.check([], {
    ...(criteria.profile ? { profile: JSON.stringify(criteria.profile.definition) } : {}),
    ...(criteria.jsonSchema ? { jsonSchema: criteria.jsonSchema } : {}),
  })
  consentSentences({
    deal: { dealId: terms.criteriaHash, salt: terms.criteriaHash, budget: 0n, ...deal },
    net: 1n,
    selected: { explanation: 'all of it', labels: [] },
    issuer: criteria.issuers[0] as string,
    provider: zeroAddress,
    signedAt: new Date(0),
  })
}

function assertRule(
  rule: Criteria.Criteria['resources'][number],
  index: number,
  form: Criteria.Criteria['form'],
): void {
  const at = `resources[${index}]`
  for (const type of [rule.type, ...(rule.include ?? [])]) {
    if (!RESOURCE_TYPES.has(type)) throw new UnsatisfiableError(at, `${type} is not a FHIR R4 type`)
  }
  if (form === 'safe-harbor' && !KEPT_TYPES.has(rule.type)) {
    throw new UnsatisfiableError(at, `no record in Safe Harbor form holds a ${rule.type}`)
  }
  for (const { system, code } of rule.codes ?? []) {
    if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(system))
      throw new UnsatisfiableError(at, `the system of code ${code} is not a URI`)
    if (!isWellFormedCode(system, code))
      throw new UnsatisfiableError(at, `${code} is not a code of ${system}`)
  }
}

function assertPredicate(id: string, expression: string): void {
  try {
    Predicate.compile(expression)
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    throw new UnsatisfiableError(`predicate ${id}`, error.message, error.hint)
  }
}

/** Claims that no issuer signs can't be disclosed. */
function assertClaims(criteria: Criteria.Criteria): void {
  const known = new Set([...ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2), 'form'])
  const unknown = Criteria.claimNames(criteria).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new UnsatisfiableError('dcql', `no claim of an issuer is called ${unknown}`)
}

export class UnsatisfiableError extends AmbrosiaError {
  constructor(where: string, why: string, hint?: string) {
    super('Criteria.Unsatisfiable', `no record can meet this deal: ${where}: ${why}`, {
      details: { where },
      hint:
        hint ?? 'Nothing was paid. Mend the document; ambrosia deal check tries it on a sample.',
    })
  }
}
