import { fromBase64url } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { base58 } from '@scure/base'
import { CREDENTIALS_V2 } from './Contexts.ts'

/**
 * Conformance of documents to the W3C Verifiable Credentials Data Model 2.0, where the JSON-LD
 * processor and the proof suites do not look. Errors name the path of the fault, never a value.
 */
export type JsonObject = Record<string, unknown>

/** Deepest nesting, most members and longest text of a document that is looked at. */
export const DOCUMENT_DEPTH = 24
export const DOCUMENT_MEMBER_COUNT = 50_000
export const DOCUMENT_TEXT_SIZE = 4 * 1024 * 1024

const URL_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/
/** xsd:dateTimeStamp: the time zone is not optional (data model, section 4.9). */
const DATE_TIME_STAMP =
  /^-?(?:[1-9]\d{3,}|0\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/
/**
 * Subresource Integrity, section 3.5. The digest has the size of its algorithm; one spare character is let pass, since
 * examples of the specification have one.
 */
const DIGEST_SRI =
  /^(?:sha256-[A-Za-z0-9+/]{43,44}|sha384-[A-Za-z0-9+/]{64,65}|sha512-[A-Za-z0-9+/]{86,87})={0,2}$/
/** Multihash prefixes of SHA-256, SHA-384 and SHA-512: code and size of the digest behind it, bytes. */
const MULTIHASHES: readonly (readonly [number, number])[] = [
  [0x12, 32],
  [0x20, 48],
  [0x13, 64],
]
/** A term or a URL. */
const TYPE = /^[^\s<>"{}|\\^`]+$/

/** Checks a credential with or without proof. @throws DataModel.Malformed */
export function assertCredential(value: unknown): asserts value is JsonObject {
  const document = objectAt(value, '')
  assertBounds(document)
  assertContext(document)
  assertTypes(document, 'VerifiableCredential')
  if (document['id'] !== undefined) assertUrl(document['id'], '/id')
  assertIssuer(document['issuer'])
  assertSubjects(document)
  const from = timeAt(document, 'validFrom')
  const until = timeAt(document, 'validUntil')
  if (from !== undefined && until !== undefined && until < from)
    fail('/validUntil', 'is before validFrom')
  assertTyped(document, 'credentialStatus', false)
  assertTyped(document, 'termsOfUse', false)
  assertTyped(document, 'evidence', false)
  assertTyped(document, 'refreshService', false)
  assertTyped(document, 'credentialSchema', true)
  assertTyped(document, 'proof', false)
  assertRelatedResources(document)
  assertTexts(document)
}

/**
 * Checks a presentation and the shape of what it carries; the credentials in it are checked each
 * alone.
 * @throws DataModel.Malformed
 */
export function assertPresentation(value: unknown): asserts value is JsonObject {
  const document = objectAt(value, '')
  assertBounds(document)
  assertContext(document)
  assertTypes(document, 'VerifiablePresentation')
  if (document['id'] !== undefined) assertUrl(document['id'], '/id')
  const holder = document['holder']
  if (holder !== undefined) {
    assertUrl(typeof holder === 'string' ? holder : objectAt(holder, '/holder')['id'], '/holder')
  }
  listAt(document, 'verifiableCredential').forEach((credential, index) => {
    objectAt(credential, `/verifiableCredential/${index}`)
  })
  assertTyped(document, 'termsOfUse', false)
  assertTyped(document, 'proof', false)
}

/** The DID or URL of the issuer of a checked credential. */
export function issuerOf(credential: JsonObject): string {
  const issuer = credential['issuer']
  return typeof issuer === 'string' ? issuer : ((issuer as JsonObject)['id'] as string)
}

/** A member as a list: absent is none, one value is a list of it. */
export function listAt(document: JsonObject, name: string): unknown[] {
  const value = document[name]
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** A time as milliseconds, or undefined when absent. @throws DataModel.Malformed */
export function timeAt(document: JsonObject, name: string): number | undefined {
  const value = document[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length > 64 || !DATE_TIME_STAMP.test(value)) {
    fail(`/${name}`, 'must be one date and time with a time zone')
  }
  const timeMs = Date.parse(value as string)
  if (Number.isNaN(timeMs)) fail(`/${name}`, 'is not a date that exists')
  return timeMs
}

function assertContext(document: JsonObject): void {
  const contexts = document['@context']
  if (!Array.isArray(contexts) && contexts !== CREDENTIALS_V2) {
    fail('/@context', 'must be a list')
  }
  const list = listAt(document, '@context')
  if (list[0] !== CREDENTIALS_V2) fail('/@context/0', `must be ${CREDENTIALS_V2}`)
  list.forEach((entry, index) => {
    if (typeof entry === 'string') assertUrl(entry, `/@context/${index}`)
    else objectAt(entry, `/@context/${index}`)
  })
}

function assertTypes(document: JsonObject, expected: string): void {
  const types = listAt(document, 'type')
  if (!types.every(isType)) fail('/type', 'must be terms or URLs')
  if (!types.includes(expected)) fail('/type', `must include ${expected}`)
}

function assertIssuer(issuer: unknown): void {
  if (issuer === undefined) fail('/issuer', 'is missing')
  if (typeof issuer === 'string') assertUrl(issuer, '/issuer')
  else assertUrl(objectAt(issuer, '/issuer')['id'], '/issuer/id')
}

function assertSubjects(document: JsonObject): void {
  const subjects = listAt(document, 'credentialSubject')
  if (subjects.length === 0) fail('/credentialSubject', 'is missing')
  subjects.forEach((value, index) => {
    const path = `/credentialSubject/${index}`
    const subject = objectAt(value, path)
    if (Object.keys(subject).length === 0) fail(path, 'makes no claim')
    if (subject['id'] !== undefined) assertUrl(subject['id'], `${path}/id`)
  })
}

/** Each value is an object that names its type; `id`, where there, is a URL. */
function assertTyped(document: JsonObject, name: string, isIdRequired: boolean): void {
  listAt(document, name).forEach((value, index) => {
    const path = `/${name}/${index}`
    const object = objectAt(value, path)
    const types = listAt(object, 'type')
    if (types.length === 0 || !types.every(isType)) fail(`${path}/type`, 'is not a term or URL')
    if (isIdRequired || object['id'] !== undefined) assertUrl(object['id'], `${path}/id`)
  })
}

/**
 * Data model, section 5.3: an id of its own each, and a digest to check what is fetched from it.
 */
function assertRelatedResources(document: JsonObject): void {
  const seen = new Set<unknown>()
  listAt(document, 'relatedResource').forEach((value, index) => {
    const path = `/relatedResource/${index}`
    const resource = objectAt(value, path)
    assertUrl(resource['id'], `${path}/id`)
    if (seen.has(resource['id'])) fail(`${path}/id`, 'stands twice')
    seen.add(resource['id'])
    const { digestSRI, digestMultibase, mediaType } = resource
    if (digestSRI === undefined && digestMultibase === undefined) fail(path, 'has no digest')
    assertTextsMatch(digestSRI, DIGEST_SRI, `${path}/digestSRI`)
    assertTextsMatch(mediaType, /^[^\s/]+\/[^\s/]+/, `${path}/mediaType`)
    for (const text of listAt(resource, 'digestMultibase')) {
      if (!isMultihash(text)) fail(`${path}/digestMultibase`, 'is not a multihash of SHA-2')
    }
  })
}

function isMultihash(text: unknown): boolean {
  if (typeof text !== 'string' || text.length > 200) return false
  let bytes: Uint8Array
  try {
    if (text.startsWith('u')) bytes = fromBase64url(text.slice(1))
    else if (text.startsWith('z')) bytes = base58.decode(text.slice(1))
    else return false
  } catch {
    return false
  }
  return MULTIHASHES.some(
    ([code, size]) => bytes[0] === code && bytes[1] === size && bytes.length === size + 2,
  )
}

function assertTextsMatch(value: unknown, form: RegExp, path: string): void {
  if (value === undefined) return
  for (const text of Array.isArray(value) ? value : [value]) {
    if (typeof text !== 'string' || !form.test(text)) fail(path, 'is malformed')
  }
}

/**
 * `name` and `description` of credential and issuer: a text, or texts with a language (section
 * 4.6).
 */
function assertTexts(document: JsonObject): void {
  const issuer = document['issuer']
  for (const [object, path] of [
    [document, ''],
    [typeof issuer === 'object' ? (issuer as JsonObject) : {}, '/issuer'],
  ] as const) {
    for (const name of ['name', 'description']) {
      listAt(object, name).forEach((value) => {
        if (typeof value !== 'string') assertLanguageValue(value, `${path}/${name}`)
      })
    }
  }
}

function assertLanguageValue(value: unknown, path: string): void {
  const object = objectAt(value, path)
  const known = ['@value', '@language', '@direction']
  if (typeof object['@value'] !== 'string') fail(`${path}/@value`, 'is missing')
  for (const key of Object.keys(object)) {
    if (!known.includes(key) || typeof object[key] !== 'string')
      fail(path, 'is not a language value')
  }
}

/** Refuses documents whose processing would cost more than any real credential does. */
function assertBounds(document: JsonObject): void {
  let members = 0
  let textSize = 0
  const visit = (value: unknown, depth: number): void => {
    if (depth > DOCUMENT_DEPTH) fail('', `is nested deeper than ${DOCUMENT_DEPTH}`)
    if (++members > DOCUMENT_MEMBER_COUNT)
      fail('', `has more than ${DOCUMENT_MEMBER_COUNT} members`)
    if (typeof value === 'string') textSize += value.length
    if (textSize > DOCUMENT_TEXT_SIZE) fail('', `has more than ${DOCUMENT_TEXT_SIZE} characters`)
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      textSize += Array.isArray(value) ? 0 : key.length
      visit(member, depth + 1)
    }
  }
  visit(document, 0)
}

function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, 'must be an object')
  }
  return value as JsonObject
}

function isType(value: unknown): boolean {
  return typeof value === 'string' && TYPE.test(value)
}

function assertUrl(value: unknown, path: string): void {
  if (typeof value !== 'string' || !URL_FORM.test(value)) fail(path, 'must be a URL')
}

function fail(path: string, what: string): never {
  throw new MalformedError(path, what)
}

export class MalformedError extends AmbrosiaError {
  constructor(path: string, what: string) {
    super('DataModel.Malformed', `${path === '' ? 'the document' : path} ${what}`, {
      details: { path },
      hint: 'See the Verifiable Credentials Data Model 2.0.',
    })
  }
}
