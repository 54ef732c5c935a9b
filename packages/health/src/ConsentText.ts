import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { PURPOSES, type Purpose } from './consent/purposes.ts'
import type { Terms } from './consent/terms.ts'
import { toFhirConsent } from './consent/toFhirConsent.ts'
import { inWords, LABELS } from './Sensitivity.ts'

export { PURPOSES, type Purpose } from './consent/purposes.ts'
export type { Terms } from './consent/terms.ts'

export type Rendered = {
  /** The exact sentences that are signed, in order. */
  sentences: string[]
  /** A FHIR R4 Consent resource that says the same. */
  fhir: object
}

/**
 * The sentences of a consent and its FHIR form. Equal terms give equal sentences, so that the hash
 * of the sentences can be signed. The identified form has the elements of 45 CFR 164.508(c)(1) and
 * (2), and the remuneration of 164.508(a)(4).
 * @throws Consent.UnknownPurpose, Consent.TermMissing, Consent.TermInvalid
 */
export function render(terms: Terms): Rendered {
  assertTerms(terms)
  const purpose = purposeOf(terms.purpose.code)
  const sentences = terms.identified
    ? identifiedSentences(terms, purpose)
    : safeHarborSentences(terms, purpose)
  return { sentences, fhir: toFhirConsent(terms, purpose, sentences) }
}

/** The table's row of a DUO code. @throws Consent.UnknownPurpose */
export function purposeOf(code: string): Purpose {
  const purpose = PURPOSES.get(code)
  if (!purpose) throw new UnknownPurposeError()
  return purpose
}

function common(terms: Terms, purpose: Purpose): string[] {
  const modifiers = (terms.purpose.modifiers ?? []).map((code) => purposeOf(code))
  const limits = modifiers.map((one) => `${one.words} (${one.code})`).join(', ')
  return [
    `I allow ${terms.consumerName} to use the data named here for: ${terms.purpose.words} (${purpose.code}, ${purpose.name}).`,
    ...(terms.consumerContact === undefined
      ? []
      : [`${terms.consumerName} can be reached at: ${terms.consumerContact}.`]),
    ...(limits === '' ? [] : [`The use is narrowed: ${limits}.`]),
    ...(terms.data === undefined ? [] : [`The data is: ${terms.data}.`]),
    ...sensitiveSentence(terms.sensitive ?? []),
    `The use ends on ${terms.until}.`,
    terms.resale
      ? `${terms.consumerName} may pass the data on to others.`
      : `${terms.consumerName} may not sell the data or pass it on.`,
    `I receive ${terms.price}, paid by the transaction that records this consent.`,
  ]
}

/** What a hospital has marked as sensitive is given only where the person reads so. */
function sensitiveSentence(labels: readonly string[]): string[] {
  if (labels.length === 0) return []
  return [
    `Among it is information that whoever recorded it marked as sensitive, and I agree to give it: ${inWords(labels)}.`,
  ]
}

/**
 * What a revocation does, in both forms: the money decides about the sale, never about the stop.
 */
const REVOCATION =
  'If the payment is returned before the delivery window ends, nothing more is delivered and the sale is undone. If it is not, the delivery that is already paid for is completed; then nothing more is released, and use must end. What was delivered before cannot be called back by technical means.'

function safeHarborSentences(terms: Terms, purpose: Purpose): string[] {
  return [
    ...common(terms, purpose),
    'The data does not name me: the identifiers that 45 CFR 164.514(b)(2) lists have been removed.',
    'Nobody may try to find out who I am.',
    `I can revoke this consent at any time. ${REVOCATION}`,
    ...binding(terms),
  ]
}

function identifiedSentences(terms: Terms, purpose: Purpose): string[] {
  return [
    'This is an authorization to disclose health information that identifies me (45 CFR 164.508).',
    ...common(terms, purpose),
    `The information is disclosed by: ${terms.discloser}.`,
    `It may be used by: ${terms.consumerName}.`,
    `The disclosure involves remuneration: ${terms.remuneration}.`,
    'The data names me or can be traced to me.',
    `I can revoke this authorization in writing at any time by a signed revocation to the network, except as far as somebody has acted in reliance on it. ${REVOCATION}`,
    'My treatment, payment, enrolment or eligibility for benefits does not depend on whether I sign.',
    'Information that is disclosed may be disclosed again by the recipient and then no longer be protected by federal privacy rules.',
    'I have a copy of this authorization.',
    ...binding(terms),
  ]
}

function binding(terms: Terms): string[] {
  if (terms.dealId === undefined || terms.certificateDigest === undefined) return []
  return [
    `This consent is for deal ${terms.dealId} and certificate ${terms.certificateDigest} only.`,
  ]
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
/** Hashes, addresses and DIDs. */
const ID = /^[A-Za-z0-9:._-]{1,200}$/
/**
 * Texts that end up in signed sentences hold no line breaks, control or direction-changing
 * characters.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/**
 * Refuses texts by others that can't stand in a sentence which a person signs.
 * @throws Consent.TermInvalid
 */
export function assertPlain(texts: Readonly<Record<string, string | undefined>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined) continue
    if (text.trim() === '' || text.length > 1000 || HIDDEN.test(text)) {
      throw new TermInvalidError(name)
    }
  }
}

function assertTerms(terms: Terms): void {
  assertPlain({
    'purpose.words': terms.purpose.words,
    consumerName: terms.consumerName,
    consumerContact: terms.consumerContact,
    price: terms.price,
    data: terms.data,
    discloser: terms.discloser,
    remuneration: terms.remuneration,
  })
  if (!DATE.test(terms.until) || !isDay(terms.until)) {
    throw new TermInvalidError('until')
  }
  for (const name of ['dealId', 'certificateDigest', 'provider'] as const) {
    const id = terms[name]
    if (id !== undefined && !ID.test(id)) throw new TermInvalidError(name)
  }
  if (terms.sensitive?.some((label) => !LABELS.has(label)) === true) {
    throw new TermInvalidError('sensitive')
  }
  if (purposeOf(terms.purpose.code).modifier) throw new TermInvalidError('purpose.code')
  for (const code of terms.purpose.modifiers ?? []) {
    if (!purposeOf(code).modifier) throw new TermInvalidError('purpose.modifiers')
  }
  if (!terms.identified) return
  for (const name of ['discloser', 'remuneration', 'data'] as const) {
    if (terms[name] === undefined) throw new TermMissingError(name)
  }
}

/** A day of the calendar: what Date makes of it is written back the same. */
function isDay(text: string): boolean {
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

export class UnknownPurposeError extends AmbrosiaError {
  constructor() {
    super(
      'Consent.UnknownPurpose',
      'the purpose is not a code of the Data Use Ontology known here',
      {
        hint: `Known are: ${[...PURPOSES.keys()].join(', ')}.`,
      },
    )
  }
}

export class TermMissingError extends AmbrosiaError {
  constructor(name: string) {
    super('Consent.TermMissing', `an authorization for identified data needs "${name}"`, {
      details: { name },
      hint: '45 CFR 164.508(c) lists what it must say.',
    })
  }
}

export class TermInvalidError extends AmbrosiaError {
  constructor(name: string) {
    super('Consent.TermInvalid', `the term "${name}" can't be shown to a person as it stands`, {
      details: { name },
      hint: 'Give plain text on one line, dates as 2027-05-01.',
    })
  }
}
