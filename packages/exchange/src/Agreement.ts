import { type Hex, type RandomBytes, random, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { agreementSchema, answersSchema } from './schemas/criteria.ts'
import { assertShape } from './validateShape.ts'

/** One term of an agreement; a required one must be accepted. */
export type AgreementTerm = { id: number; required: boolean; title: string; text: string }

/** What consumer and provider agree on beside price and data; immutable, hashed into the deal. */
export type Agreement = {
  version: 1
  consumerName: string
  /**
   * Where the person who consents reaches the consumer: an address, a telephone number or a mail
   * address.
   */
  consumerContact: string
  /** A Data Use Ontology code. */
  purpose: string
  resale: boolean
  /** The last day of retention, YYYY-MM-DD. */
  retentionEnd: string
  terms: AgreementTerm[]
}

/** The provider's answers; hashed into the consent. */
export type Answers = {
  version: 1
  agreementHash: Hex
  /**
   * 16 random bytes, base64url: without them an issuer could compute from the public deal which of
   * its patients answered.
   */
  salt: string
  /** The sentences that the person read and signs, in their order. */
  sentences: string[]
  answers: { id: number; accepted: boolean }[]
}

/** @throws Shape.Mismatch, Agreement.DuplicateTerm */
export function parse(data: unknown): Agreement {
  const agreement = assertShape<Agreement>(agreementSchema, data)
  const ids = new Set(agreement.terms.map((term) => term.id))
  if (ids.size !== agreement.terms.length) throw new DuplicateTermError()
  return agreement
}

/** SHA-256 of the agreement in the form of RFC 8785. */
export function hash(agreement: Agreement): Hex {
  return toHex(sha256(CanonicalJson.encode(agreement)))
}

/** SHA-256 of the answers in the form of RFC 8785. */
export function hashAnswers(answers: Answers): Hex {
  return toHex(sha256(CanonicalJson.encode(answers)))
}

/** Answers that accept every required term and, where `acceptOptional`, the others too. */
export function answer(
  agreement: Agreement,
  sentences: readonly string[],
  acceptOptional: boolean,
  randomBytes: RandomBytes = random,
): Answers {
  return {
    version: 1,
    agreementHash: hash(agreement),
    salt: toBase64url(randomBytes(16)),
    sentences: [...sentences],
    answers: agreement.terms.map((term) => ({
      id: term.id,
      accepted: term.required || acceptOptional,
    })),
  }
}

/**
 * Every term answered once, every required one accepted.
 * @throws Shape.Mismatch, Agreement.AnswersIncomplete
 */
export function assertAnswers(agreement: Agreement, data: unknown): Answers {
  const answers = assertShape<Answers>(answersSchema, data)
  if (answers.agreementHash !== hash(agreement))
    throw new AnswersIncompleteError('another agreement')
  const byId = new Map(answers.answers.map((entry) => [entry.id, entry.accepted]))
  if (byId.size !== answers.answers.length || byId.size !== agreement.terms.length) {
    throw new AnswersIncompleteError('not one answer a term')
  }
  for (const term of agreement.terms) {
    if (byId.get(term.id) === undefined || (term.required && byId.get(term.id) !== true)) {
      throw new AnswersIncompleteError(`term ${term.id} is required`)
    }
  }
  return answers
}

/** Two terms of an agreement have one id. */
export class DuplicateTermError extends AmbrosiaError {
  constructor() {
    super('Agreement.DuplicateTerm', 'two terms have the same id')
  }
}

/** Answers that do not answer the agreement. */
export class AnswersIncompleteError extends AmbrosiaError {
  constructor(why: string) {
    super('Agreement.AnswersIncomplete', `the answers do not answer the agreement: ${why}`)
  }
}
