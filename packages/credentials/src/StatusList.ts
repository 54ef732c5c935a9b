import {
  compare,
  fromBase64url,
  fromHex,
  fromUtf8,
  type RandomBytes,
  toBase64url,
  toUint,
} from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import * as MerkleTree from '@ambrosia/primitives/MerkleTree'
import { Gunzip, gzipSync } from 'fflate'
import { CREDENTIALS_V2 } from './Contexts.ts'
import { type JsonObject, listAt } from './DataModel.ts'

/**
 * Bitstring Status Lists (W3C Bitstring Status List 1.0): one bit a credential, the leftmost bit of
 * the first byte is index 0. Lists are long and indexes random, so that an entry hides among many.
 */
export type StatusList = { bits: Uint8Array; length: number }

export type Purpose = 'revocation' | 'suspension'

/** What a credential says of its status. */
export type Entry = {
  id?: string
  type: 'BitstringStatusListEntry'
  statusPurpose: string
  statusListIndex: string
  statusListCredential: string
}

/** Fewest entries of a list (section 6.1: herd privacy). */
export const MINIMUM_LENGTH = 131_072
/** Most entries of a list that is decoded. */
export const MAXIMUM_LENGTH = 8_388_608
/** Longest `encodedList` that is looked at, characters. */
const ENCODED_SIZE = 2 * 1024 * 1024
/**
 * Compressed bytes that are inflated at a time: DEFLATE grows them at most 1,032-fold before the
 * size is checked.
 */
const SLICE_SIZE_BYTES = 512
const RANDOM_TRIES = 64

/**
 * An empty list.
 * @throws StatusList.InvalidLength unless the length is a multiple of 8 within the limits
 */
export function create(length: number = MINIMUM_LENGTH): StatusList {
  assertLength(length)
  return { bits: new Uint8Array(length / 8), length }
}

/** Sets or clears one bit in place. @throws StatusList.OutOfRange */
export function set(list: StatusList, index: number, isSet = true): void {
  assertIndex(list, index)
  const mask = 128 >> (index % 8)
  const byte = list.bits[index >> 3] as number
  list.bits[index >> 3] = isSet ? byte | mask : byte & ~mask
}

/** One bit. @throws StatusList.OutOfRange */
export function get(list: StatusList, index: number): boolean {
  assertIndex(list, index)
  return ((list.bits[index >> 3] as number) & (128 >> (index % 8))) !== 0
}

/** `encodedList`: gzip, then base64url behind a `u`. The same bits give the same text. */
export function encode(list: StatusList): string {
  // No time in the header: it would tell when, and the hash of the list would change with it.
  return `u${toBase64url(gzipSync(list.bits, { level: 9, mtime: 0 }))}`
}

/** @throws StatusList.Malformed, StatusList.InvalidLength. Stops inflating at the limit. */
export function decode(encodedList: string): StatusList {
  if (!encodedList.startsWith('u')) throw new MalformedError('is not base64url behind a u')
  if (encodedList.length > ENCODED_SIZE) throw new MalformedError('is too long')
  let compressed: Uint8Array
  try {
    compressed = fromBase64url(encodedList.slice(1))
  } catch {
    throw new MalformedError('is not base64url behind a u')
  }
  const bits = inflate(compressed)
  assertLength(bits.length * 8)
  return { bits, length: bits.length * 8 }
}

function inflate(compressed: Uint8Array): Uint8Array {
  if (compressed[0] !== 0x1f || compressed[1] !== 0x8b) throw new MalformedError('is not gzip')
  const bits = new Uint8Array(MAXIMUM_LENGTH / 8)
  let sizeBytes = 0
  let isComplete = false
  const inflater = new Gunzip((chunk, isFinal) => {
    if (sizeBytes + chunk.length > bits.length) throw new InvalidLengthError()
    bits.set(chunk, sizeBytes)
    sizeBytes += chunk.length
    isComplete ||= isFinal
  })
  try {
    for (let at = 0; at < compressed.length; at += SLICE_SIZE_BYTES) {
      const end = at + SLICE_SIZE_BYTES
      inflater.push(compressed.subarray(at, end), end >= compressed.length)
    }
  } catch (error) {
    if (error instanceof InvalidLengthError) throw error
    throw new MalformedError('is not gzip')
  }
  // The trailer of gzip has the size (RFC 1952, section 2.3.1): a list that was cut would read as
  // one of zeros.
  const trailer = toUint(compressed.slice(-4).reverse())
  if (!isComplete || trailer !== BigInt(sizeBytes)) throw new MalformedError('is not whole gzip')
  return bits.slice(0, sizeBytes)
}

/** A free index, chosen at random. @throws StatusList.Full */
export function allocateIndex(options: {
  length: number
  isTaken: (index: number) => boolean
  randomBytes: RandomBytes
}): number {
  const { length, isTaken } = options
  // 64 bits over a length below 2^24: the bias of the remainder is beyond notice.
  const draw = (): number => Number(toUint(options.randomBytes(8)) % BigInt(length))
  for (let tries = 0; tries < RANDOM_TRIES; tries++) {
    const index = draw()
    if (!isTaken(index)) return index
  }
  const start = draw()
  for (let step = 0; step < length; step++) {
    const index = (start + step) % length
    if (!isTaken(index)) return index
  }
  throw new FullError()
}

/** The `credentialStatus` of a credential at an index of a list. */
export function toEntry(options: { listUrl: string; index: number; purpose: Purpose }): Entry {
  return {
    type: 'BitstringStatusListEntry',
    statusPurpose: options.purpose,
    statusListIndex: String(options.index),
    statusListCredential: options.listUrl,
  }
}

/** The unsigned credential that publishes a list; sign it with Credential.issueEddsa. */
export function toCredential(options: {
  list: StatusList
  /** Where the credential is served. */
  url: string
  issuer: string
  purpose: Purpose
  validFrom: string
  validUntil: string
}): JsonObject {
  return {
    '@context': [CREDENTIALS_V2],
    id: options.url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: options.issuer,
    validFrom: options.validFrom,
    validUntil: options.validUntil,
    credentialSubject: {
      id: `${options.url}#list`,
      type: 'BitstringStatusList',
      statusPurpose: options.purpose,
      encodedList: encode(options.list),
    },
  }
}

/**
 * A list credential whose proof, key and validity were verified; what Credential.verifyEddsa
 * returns.
 */
export type VerifiedList = { issuer: string; document: JsonObject }

/**
 * Checks the status of a credential against its list (section 3.2) and returns when it is in force.
 * @throws StatusList.Revoked, StatusList.Suspended; StatusList.WrongList, StatusList.WrongIssuer,
 * StatusList.WrongPurpose, StatusList.OutOfRange, StatusList.Malformed, StatusList.InvalidLength
 */
export function checkStatus(options: {
  entry: unknown
  /** Issuer of the credential whose status is asked: nobody else's list counts. */
  issuer: string
  listCredential: VerifiedList
}): void {
  const entry = parseEntry(options.entry)
  const { document, issuer } = options.listCredential
  if (document['id'] !== entry.statusListCredential) throw new WrongListError()
  if (issuer !== options.issuer) throw new WrongIssuerError()
  const list = readList(document, entry.statusPurpose)
  if (!get(list, Number(entry.statusListIndex))) return
  throw entry.statusPurpose === 'suspension' ? new SuspendedError() : new RevokedError()
}

/**
 * The list of a list credential for a purpose.
 * @throws StatusList.Malformed, StatusList.WrongPurpose, StatusList.InvalidLength
 */
export function readList(document: JsonObject, purpose: string): StatusList {
  const isList = listAt(document, 'type').includes('BitstringStatusListCredential')
  const subject = document['credentialSubject'] as JsonObject | undefined
  if (!isList || typeof subject !== 'object' || subject === null || Array.isArray(subject)) {
    throw new MalformedError('is not a status list credential')
  }
  if (subject['type'] !== 'BitstringStatusList') throw new MalformedError('is not a status list')
  if (!listAt(subject, 'statusPurpose').includes(purpose)) throw new WrongPurposeError()
  if (typeof subject['encodedList'] !== 'string') throw new MalformedError('has no encodedList')
  return decode(subject['encodedList'])
}

/**
 * Checks that an entry is one of the specification (section 2.1), of whatever purpose and size.
 * @throws StatusList.Malformed
 */
export function assertEntry(value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new MalformedError('entry is not an object')
  const entry = value as Record<string, unknown>
  const { statusPurpose, statusListIndex, statusListCredential, statusSize, statusMessage } = entry
  if (typeof statusPurpose !== 'string') throw new MalformedError('entry has no purpose')
  if (typeof statusListIndex !== 'string' || !/^(?:0|[1-9]\d*)$/.test(statusListIndex)) {
    throw new MalformedError('entry has no index')
  }
  if (typeof statusListCredential !== 'string' || !URL.canParse(statusListCredential)) {
    throw new MalformedError('entry names no list')
  }
  const size = statusSize ?? 1
  if (!Number.isInteger(size) || (size as number) < 1) {
    throw new MalformedError('entry has a status size that is not a whole number above zero')
  }
  const isNamed = Array.isArray(statusMessage) && statusMessage.length === 2 ** (size as number)
  if ((size as number) > 1 || statusMessage !== undefined) {
    if (!isNamed) throw new MalformedError('entry does not name each of its messages')
  }
}

/** @throws StatusList.Malformed, StatusList.WrongPurpose */
export function parseEntry(value: unknown): Entry {
  if (typeof value !== 'object' || value === null)
    throw new MalformedError('entry is not an object')
  const entry = value as Record<string, unknown>
  const { type, statusPurpose, statusListIndex, statusListCredential } = entry
  if (type !== 'BitstringStatusListEntry') throw new MalformedError('entry is of another type')
  if (typeof statusListIndex !== 'string' || !/^(?:0|[1-9]\d{0,8})$/.test(statusListIndex)) {
    throw new MalformedError('entry has no index')
  }
  if (typeof statusListCredential !== 'string') throw new MalformedError('entry names no list')
  // Other sizes and purposes give the bits other meanings.
  if (entry['statusSize'] !== undefined) throw new MalformedError('entry has a status size')
  if (statusPurpose !== 'revocation' && statusPurpose !== 'suspension')
    throw new WrongPurposeError()
  return entry as Entry
}

/**
 * One root over all lists that were looked at, in no particular order; what a certificate binds.
 * @throws StatusList.DuplicateUrl
 */
export function statusListsRoot(
  lists: readonly { url: string; sha256: Uint8Array | string }[],
): Uint8Array {
  if (new Set(lists.map((list) => list.url)).size !== lists.length) throw new DuplicateUrlError()
  const leaves = lists.map((list) => {
    const hash = typeof list.sha256 === 'string' ? fromHex(list.sha256) : list.sha256
    return sha256Tagged('ambrosia/status-list/1', fromUtf8(list.url), hash)
  })
  return MerkleTree.root(leaves.sort(compare))
}

function assertLength(length: number): void {
  const isAllowed = Number.isInteger(length) && length % 8 === 0
  if (!isAllowed || length < MINIMUM_LENGTH || length > MAXIMUM_LENGTH) {
    throw new InvalidLengthError()
  }
}

function assertIndex(list: StatusList, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= list.length) {
    throw new OutOfRangeError(list.length)
  }
}

export class InvalidLengthError extends AmbrosiaError {
  constructor() {
    super(
      'StatusList.InvalidLength',
      `a status list has ${MINIMUM_LENGTH} to ${MAXIMUM_LENGTH} entries, a multiple of 8`,
    )
  }
}

export class OutOfRangeError extends AmbrosiaError {
  constructor(length: number) {
    super('StatusList.OutOfRange', `the index is not within the ${length} entries of the list`)
  }
}

export class MalformedError extends AmbrosiaError {
  constructor(what: string) {
    super('StatusList.Malformed', `the status list ${what}`)
  }
}

export class FullError extends AmbrosiaError {
  constructor() {
    super('StatusList.Full', 'every index of the list is taken', { hint: 'Start another list.' })
  }
}

export class WrongListError extends AmbrosiaError {
  constructor() {
    super('StatusList.WrongList', 'the list is not the one that the credential names')
  }
}

export class WrongIssuerError extends AmbrosiaError {
  constructor() {
    super('StatusList.WrongIssuer', 'the list is not from the issuer of the credential')
  }
}

export class WrongPurposeError extends AmbrosiaError {
  constructor() {
    super('StatusList.WrongPurpose', 'the list is not for the purpose that the entry names')
  }
}

export class RevokedError extends AmbrosiaError {
  constructor() {
    super('StatusList.Revoked', 'the credential was revoked by its issuer', {
      hint: 'Ask the issuer for a new one.',
    })
  }
}

export class SuspendedError extends AmbrosiaError {
  constructor() {
    super('StatusList.Suspended', 'the credential is suspended by its issuer')
  }
}

export class DuplicateUrlError extends AmbrosiaError {
  constructor() {
    super('StatusList.DuplicateUrl', 'a status list stands twice')
  }
}
