import { toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { contexts as w3cContexts } from '@digitalbazaar/credentials-context'

/**
 * JSON-LD contexts from a fixed list. A context decides what a signature means, so none is ever
 * fetched: those known here are pinned by hash, every other URL is an error.
 */

/**
 * The context of the Verifiable Credentials Data Model 2.0; it holds the terms of Data Integrity
 * too.
 */
export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2'
/** The context of health record credentials; docs/protocol/exchange.md, section 5. */
export const HEALTH_RECORD = 'urn:ambrosia:context:health-record:1'

/** SHA-256 over the canonical JSON of each context that comes from a library. */
export const PINNED: Readonly<Record<string, string>> = {
  [CREDENTIALS_V2]: '0xb463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf',
}

export type Context = Record<string, unknown>

/** What JSON-LD processors ask for a document. */
export type LoadedDocument = {
  contextUrl: null
  documentUrl: string
  document: Context
  /** `static` lets the JSON-LD processor keep the parsed context for the process. */
  tag?: 'static'
}

/** Loads a context by URL. @throws Contexts.Unknown */
export type Loader = (url: string) => Promise<LoadedDocument>

const VOCABULARY = 'urn:ambrosia:vocab:health-record:1#'
const CLAIM_VOCABULARY = 'urn:ambrosia:vocab:claim:1#'
const XSD = 'http://www.w3.org/2001/XMLSchema#'
const TEXT_TERMS = ['subjectHandle', 'holder', 'claimProfile', 'form']
const SET_TERMS = ['group', 'resourceDigest', 'typeRoot']

/** Subject terms that no claim may be called. */
export const SUBJECT_TERMS: readonly string[] = [...TEXT_TERMS, ...SET_TERMS]

/**
 * A claim's name: starts with a letter, since a JSON pointer reads a leading digit as a position,
 * and has no colon or slash, since JSON-LD reads those as IRIs.
 */
const CLAIM_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** Most claims that one profile may name. */
export const CLAIM_LIMIT = 512

/**
 * The context of a health record credential with the claims of one profile. The same names give the
 * same context in whatever order; there is no `@vocab`, so a misspelt term fails to sign.
 * @throws Contexts.InvalidClaimName
 */
export function contextFor(claimNames: readonly string[]): Context {
  if (claimNames.length > CLAIM_LIMIT) throw new InvalidClaimNameError()
  const terms: Record<string, unknown> = {
    '@version': 1.1,
    '@protected': true,
    HealthRecordCredential: `${VOCABULARY}HealthRecordCredential`,
  }
  for (const term of TEXT_TERMS) terms[term] = { '@id': VOCABULARY + term, '@type': `${XSD}string` }
  for (const term of SET_TERMS) {
    terms[term] = { '@id': VOCABULARY + term, '@type': `${XSD}string`, '@container': '@set' }
  }
  for (const name of [...claimNames].sort()) {
    if (!CLAIM_NAME.test(name) || Object.hasOwn(terms, name) || isReserved(name)) {
      throw new InvalidClaimNameError()
    }
    terms[name] = { '@id': CLAIM_VOCABULARY + name }
  }
  return { '@context': terms }
}

/** Terms that the credentials context protects; a context that redefined one would not load. */
function isReserved(name: string): boolean {
  const { '@context': terms } = credentialsContext() as { '@context': Record<string, unknown> }
  return Object.hasOwn(terms, name) || name === 'toString' || name === 'constructor'
}

/**
 * A loader of the pinned contexts, of the health record context with these claims, and of contexts
 * given by URL. A given context can't replace a pinned one.
 */
export function createLoader(
  options: { claimNames?: readonly string[]; contexts?: ReadonlyMap<string, Context> } = {},
): Loader {
  const health = options.claimNames === undefined ? undefined : contextFor(options.claimNames)
  return async (url) => {
    if (url === CREDENTIALS_V2) {
      return { contextUrl: null, documentUrl: url, document: credentialsContext(), tag: 'static' }
    }
    const document = url === HEALTH_RECORD && health ? health : options.contexts?.get(url)
    if (document === undefined) throw new UnknownError(url)
    return { contextUrl: null, documentUrl: url, document }
  }
}

/**
 * Contexts of a folder of JSON files. A file with `@context` is a context; any other is a map of
 * URLs to names of such files or to contexts themselves. A context that no map names is known by
 * its own file name, the URL percent-encoded, such as `https%3A%2F%2Fa.example%2Fv1.jsonld`.
 * @param names the files of the folder.
 * @param read gives the text of a file.
 * @throws Contexts.InvalidFolder
 */
export async function fromFolder(
  names: readonly string[],
  read: (name: string) => Promise<string>,
): Promise<Map<string, Context>> {
  const files = new Map<string, Context>()
  for (const name of names.filter((one) => FILE_NAME.test(one))) {
    files.set(name, parseObject(await read(name), name))
  }
  const contexts = new Map<string, Context>()
  const unnamed = new Set([...files.keys()].filter((name) => isContext(files.get(name))))
  for (const [name, map] of files) {
    if (isContext(map)) continue
    for (const [url, value] of Object.entries(map)) {
      const context = typeof value === 'string' ? files.get(value) : value
      if (!isContext(context)) {
        throw new InvalidFolderError(
          name,
          'must map URLs to contexts or to files of contexts beside it',
        )
      }
      contexts.set(url, context)
      if (typeof value === 'string') unnamed.delete(value)
    }
  }
  for (const name of unnamed) contexts.set(urlOfName(name), files.get(name) as Context)
  return contexts
}

const FILE_NAME = /^[^./\\][^/\\]*\.json(?:ld)?$/

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '@context')
}

function urlOfName(name: string): string {
  let url = ''
  try {
    url = decodeURIComponent(name.replace(/\.json(?:ld)?$/, ''))
  } catch {
    // Not percent-encoded: no URL either.
  }
  if (!URL.canParse(url)) throw new InvalidFolderError(name, 'is a context that no map gives a URL')
  return url
}

function parseObject(text: string, name: string): Context {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidFolderError(name, 'is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidFolderError(name, 'is not a JSON object')
  }
  return value as Context
}

/** SHA-256 over the canonical JSON of a context. */
export function hash(context: Context): Uint8Array {
  return sha256(CanonicalJson.encode(CanonicalJson.parse(JSON.stringify(context))))
}

let checked: Context | undefined

function credentialsContext(): Context {
  if (checked !== undefined) return checked
  const context = w3cContexts.get(CREDENTIALS_V2)
  if (context === undefined || toHex(hash(context)) !== PINNED[CREDENTIALS_V2]) {
    throw new ChangedError(CREDENTIALS_V2)
  }
  checked = context
  return context
}

export class UnknownError extends AmbrosiaError {
  constructor(url: string) {
    super('Contexts.Unknown', `the context ${describe(url)} is not known, and none is fetched`, {
      hint: 'Use contexts of the fixed list, or add the document to the folder of contexts.',
    })
  }
}

/**
 * URLs of contexts are public, but a stranger chose this one: it is cut and shown without its
 * query.
 */
function describe(url: string): string {
  return JSON.stringify(String(url).split(/[?#]/)[0]?.slice(0, 120) ?? '')
}

export class InvalidClaimNameError extends AmbrosiaError {
  constructor() {
    super('Contexts.InvalidClaimName', 'a claim profile has a name that cannot be a term', {
      hint: 'Use letters, digits, hyphens and underscores, a letter first, at most 64, each name once, none of the fixed terms.',
    })
  }
}

export class InvalidFolderError extends AmbrosiaError {
  constructor(name: string, what: string) {
    super('Contexts.InvalidFolder', `${name} of the folder of contexts ${what}`)
  }
}

export class ChangedError extends AmbrosiaError {
  constructor(url: string) {
    super('Contexts.Changed', `the installed context ${url} is not the pinned one`, {
      hint: 'Reinstall the dependencies from the lockfile.',
    })
  }
}
