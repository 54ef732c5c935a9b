import { equal, fromBase64url, fromUtf8, type RandomBytes, random, toBase64url } from './Bytes.ts'
import { AmbrosiaError } from './Errors.ts'
import { sha256 } from './Hash.ts'

/**
 * Signed requests: HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530, sha-256), in a
 * profile that leaves nothing open. Every signature covers @method, @authority, @path, @query and
 * `ambrosia-audience`, and `content-digest` where there is a body; it names created, expires,
 * nonce, keyid and the tag below. Who signs and how is an argument, so this module knows neither
 * accounts nor curves.
 */

/** Value of the signature parameter `tag`: this profile and nothing else. */
export const TAG = 'ambrosia-request-1'
/** Header that names the service a request is meant for. */
export const AUDIENCE_HEADER = 'ambrosia-audience'
/** Longest time between created and expires, seconds. */
export const LIFE_SEC = 300
/** How far a signer's clock may run ahead, seconds. */
export const SKEW_SEC = 30

const LABEL = 'sig1'
const COVERED = ['@method', '@authority', '@path', '@query', AUDIENCE_HEADER]
const HEADER_LENGTH = 2048
const NONCE = /^[A-Za-z0-9_-]{16,64}$/
/** Printable ASCII without quote and backslash: strings of RFC 8941 that need no escape. */
const PLAIN = /^[ !#-[\]-~]{1,256}$/

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export type SignOptions = {
  method: string
  /** Absolute URL of the request. */
  url: string
  /** Body bytes, exactly as sent. */
  body?: Uint8Array | undefined
  /** Name of the service that may accept the request, such as its account `eip155:1:0x…`. */
  audience: string
  /** Name of the signing key, such as `eip155:1:0x…`. */
  keyId: string
  nowSec: number
  /** Default: 60 seconds, at most LIFE_SEC. */
  lifeSec?: number | undefined
  randomBytes?: RandomBytes | undefined
  /** Signs the bytes of the signature base. */
  sign: (base: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

/**
 * The headers to add to a request, lower case.
 * @throws HttpSignature.Malformed for an audience or key id of other characters
 */
export async function sign(options: SignOptions): Promise<Record<string, string>> {
  const { audience, keyId, nowSec, lifeSec = 60, randomBytes = random } = options
  if (!PLAIN.test(audience) || !PLAIN.test(keyId)) throw new MalformedError('audience or keyid')
  const headers: Record<string, string> = { [AUDIENCE_HEADER]: audience }
  const hasBody = options.body !== undefined && options.body.length > 0
  if (hasBody) headers['content-digest'] = contentDigest(options.body as Uint8Array)
  const covered = hasBody ? [...COVERED, 'content-digest'] : COVERED
  const created = Math.floor(nowSec)
  const nonce = toBase64url(randomBytes(18))
  const parameters =
    `(${covered.map((name) => `"${name}"`).join(' ')});created=${created};expires=${created + lifeSec}` +
    `;nonce="${nonce}";keyid="${keyId}";tag="${TAG}"`
  const { host, pathname, search } = new URL(options.url)
  const request = { method: options.method, authority: host, target: pathname + search, headers }
  const signature = await options.sign(signatureBase(request, covered, parameters))
  headers['signature-input'] = `${LABEL}=${parameters}`
  headers['signature'] = `${LABEL}=:${toBase64(signature)}:`
  return headers
}

export type SignedRequest = {
  method: string
  /** The Host header. */
  authority: string
  /** Path and query as received. */
  target: string
  headers: Headers
  /** Body bytes as received. */
  body?: Uint8Array | undefined
}

export type VerifyOptions = {
  request: SignedRequest
  /** The name of this service. */
  audience: string
  nowSec: number
  /** True when the signature over the base is by the key of that name. */
  verify: (base: Uint8Array, signature: Uint8Array, keyId: string) => Promise<boolean> | boolean
}

export type Verified = { keyId: string; nonce: string; createdSec: number; expiresSec: number }

/**
 * Checks a signed request. That its nonce was not seen before is left to the caller, who keeps
 * (keyId, nonce) until expiresSec.
 * @throws HttpSignature.Missing, .Malformed, .NotCovered, .Expired, .NotYetValid, .WrongAudience,
 * .DigestMismatch, .Refused
 */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { request, audience, nowSec } = options
  const { covered, parameters, text } = parseInput(headerOf(request.headers, 'signature-input'))
  const signature = parseSignature(headerOf(request.headers, 'signature'))
  assertCovered(covered, request)
  assertTimes(parameters, nowSec)
  if (headerOf(request.headers, AUDIENCE_HEADER) !== audience) throw new WrongAudienceError()
  if (covered.includes('content-digest')) {
    const digest = headerOf(request.headers, 'content-digest')
    const actual = contentDigest(request.body ?? new Uint8Array(0))
    if (!equal(fromUtf8(digest), fromUtf8(actual))) throw new DigestMismatchError()
  }
  const base = signatureBase(request, covered, text)
  if (!(await options.verify(base, signature, parameters.keyId))) throw new RefusedError()
  return parameters
}

/** Content-Digest of a body (RFC 9530, section 2). */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${toBase64(sha256(body))}:`
}

function signatureBase(
  request: Omit<SignedRequest, 'body'>,
  covered: readonly string[],
  parameters: string,
): Uint8Array {
  const lines = covered.map((name) => `"${name}": ${componentOf(request, name)}`)
  return fromUtf8([...lines, `"@signature-params": ${parameters}`].join('\n'))
}

/** Component values of RFC 9421, sections 2.1 and 2.2. */
function componentOf(request: Omit<SignedRequest, 'body'>, name: string): string {
  const queryAt = request.target.indexOf('?')
  switch (name) {
    case '@method':
      return request.method.toUpperCase()
    case '@authority':
      return request.authority.toLowerCase()
    case '@path':
      return queryAt < 0 ? request.target : request.target.slice(0, queryAt)
    case '@query':
      return queryAt < 0 ? '?' : request.target.slice(queryAt)
    default:
      return headerOf(request.headers, name).trim()
  }
}

function headerOf(headers: Headers, name: string): string {
  const value = headers[name]
  if (value === undefined) throw new MissingError(name)
  // A header sent twice has no one meaning here.
  if (typeof value !== 'string' || value.length > HEADER_LENGTH) throw new MalformedError(name)
  return value
}

type Input = { covered: string[]; parameters: Verified; text: string }

/** One signature under one label, its inner list and parameters as RFC 8941 writes them. */
function parseInput(header: string): Input {
  const match = /^sig1=(\(("[^"]+"(?: "[^"]+")*)\)((?:;[a-z]+=(?:\d{1,15}|"[^"\\]*"))+))$/.exec(
    header,
  )
  if (!match) throw new MalformedError('signature-input')
  const [, text = '', list = '', tail = ''] = match
  const covered = list.split(' ').map((name) => name.slice(1, -1))
  const found = new Map<string, string | number>()
  for (const [, name = '', raw = ''] of tail.matchAll(/;([a-z]+)=(\d+|"[^"]*")/g)) {
    if (found.has(name)) throw new MalformedError('signature-input')
    found.set(name, raw.startsWith('"') ? raw.slice(1, -1) : Number(raw))
  }
  const [created, expires] = [found.get('created'), found.get('expires')]
  const [nonce, keyId] = [found.get('nonce'), found.get('keyid')]
  const isWhole =
    found.size === 5 &&
    found.get('tag') === TAG &&
    typeof created === 'number' &&
    typeof expires === 'number' &&
    typeof nonce === 'string' &&
    NONCE.test(nonce) &&
    typeof keyId === 'string' &&
    PLAIN.test(keyId)
  if (!isWhole) throw new MalformedError('signature-input')
  return { covered, text, parameters: { keyId, nonce, createdSec: created, expiresSec: expires } }
}

function parseSignature(header: string): Uint8Array {
  const match = /^sig1=:([A-Za-z0-9+/]+)={0,2}:$/.exec(header)
  if (!match) throw new MalformedError('signature')
  try {
    return fromBase64url((match[1] as string).replaceAll('+', '-').replaceAll('/', '_'))
  } catch {
    throw new MalformedError('signature')
  }
}

function assertCovered(covered: readonly string[], request: SignedRequest): void {
  const hasBody = request.body !== undefined && request.body.length > 0
  const needed = hasBody ? [...COVERED, 'content-digest'] : COVERED
  if (new Set(covered).size !== covered.length) throw new MalformedError('signature-input')
  const missing = needed.find((name) => !covered.includes(name))
  if (missing !== undefined) throw new NotCoveredError(missing)
  const known = [...COVERED, 'content-digest']
  if (!covered.every((name) => known.includes(name))) throw new MalformedError('signature-input')
}

function assertTimes({ createdSec, expiresSec }: Verified, nowSec: number): void {
  if (createdSec > nowSec + SKEW_SEC) throw new NotYetValidError()
  if (expiresSec <= nowSec) throw new ExpiredError()
  if (expiresSec <= createdSec || expiresSec - createdSec > LIFE_SEC) {
    throw new MalformedError('signature-input')
  }
}

function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

export class MissingError extends AmbrosiaError {
  constructor(name: string) {
    super('HttpSignature.Missing', `the request has no header ${name}`, {
      hint: 'Sign the request as RFC 9421 says, with audience, nonce and expires.',
    })
  }
}

export class MalformedError extends AmbrosiaError {
  constructor(name: string) {
    super('HttpSignature.Malformed', `${name} is not of the form of ${TAG}`, {
      details: { name },
    })
  }
}

export class NotCoveredError extends AmbrosiaError {
  constructor(name: string) {
    super('HttpSignature.NotCovered', `the signature does not cover ${name}`, { details: { name } })
  }
}

export class ExpiredError extends AmbrosiaError {
  constructor() {
    super('HttpSignature.Expired', 'the signature has expired', {
      hint: 'Sign again, and check the clock of the signer.',
    })
  }
}

export class NotYetValidError extends AmbrosiaError {
  constructor() {
    super('HttpSignature.NotYetValid', 'the signature was made in the future', {
      hint: 'Check the clock of the signer.',
    })
  }
}

export class WrongAudienceError extends AmbrosiaError {
  constructor() {
    super('HttpSignature.WrongAudience', 'the request is signed for another service', {
      hint: 'Ask the service for its name at /v1/service and sign for that.',
    })
  }
}

export class DigestMismatchError extends AmbrosiaError {
  constructor() {
    super('HttpSignature.DigestMismatch', 'the body is not the one that was signed')
  }
}

export class RefusedError extends AmbrosiaError {
  constructor() {
    super('HttpSignature.Refused', 'the signature is not by the key that it names')
  }
}
