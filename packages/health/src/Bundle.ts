import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import * as Limits from '@ambrosia/primitives/Limits'
import { gunzip, isGzip } from './bundle/gunzip.ts'
import { readLines } from './bundle/readLines.ts'
import {
  canonicalBytes,
  childrenOf,
  isObject,
  type JsonObject,
  memberOf,
  type Resource,
} from './Resource.ts'
import { RESOURCE_TYPES } from './resourceTypes.ts'

/**
 * Reading and writing FHIR R4 files: Bundles (https://hl7.org/fhir/R4/bundle.html), single resources and NDJSON. What is read is
 * kept as it stood, numbers as tokens; a resource is never rewritten, so that its digest is that of its source.
 */

/** Finds what a reference points at; `from` is the resource that holds it, needed for `#contained` references. */
export type Resolve = (reference: string, from?: Resource) => Resource | undefined

/** One person's record. */
export type PatientRecord = { resources: Resource[]; patient: Resource; resolve: Resolve }

/** Bundle types whose entries are resources as they stand. */
const READ_TYPES = new Set(['collection', 'document', 'searchset', 'transaction', 'batch'])

/**
 * The record of one person from a Bundle or a resource, plain or gzip, with or without a byte order mark.
 * @throws Bundle.NotFhir, Bundle.TypeRefused, Bundle.PatientCount, Bundle.TooLarge, Bundle.DuplicateId
 */
export function read(input: Uint8Array | string): PatientRecord {
  const resources = readResources(input)
  return toRecord(resources)
}

/** A record of resources that are in memory already. @throws Bundle.PatientCount */
export function toRecord(resources: Resource[]): PatientRecord {
  const patients = resources.filter((resource) => resource.type === 'Patient')
  if (patients.length !== 1) throw new PatientCountError(patients.length)
  return { resources, patient: patients[0] as Resource, resolve: resolver(resources) }
}

/** As {@link read}, for a file that may hold any number of Patients. */
export function readResources(input: Uint8Array | string): Resource[] {
  const text = toText(input)
  const value = parse(text)
  const type = assertResource(value, '$')
  const resources =
    type === 'Bundle' ? entriesOf(value as JsonObject) : [fromValue(value, { path: '$' })]
  if (resources.length > Limits.RECORD_RESOURCE_COUNT) {
    throw new TooLargeError('resources', Limits.RECORD_RESOURCE_COUNT, 'Bundle.entry')
  }
  // Canonical text is never longer than its source, so a small file can't hold a large resource.
  if (text.length > Limits.RESOURCE_SIZE_BYTES / 4) assertSizes(resources)
  return resources
}

function toText(input: Uint8Array | string): string {
  if (typeof input === 'string') {
    if (input.length > Limits.BUNDLE_SIZE_BYTES) throw tooManyBytes()
    return input
  }
  if (input.length > Limits.BUNDLE_SIZE_BYTES) throw tooManyBytes()
  const bytes = isGzip(input) ? gunzip(input, Limits.BUNDLE_SIZE_BYTES, tooManyBytes) : input
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new NotFhirError('$', 'the bytes are not UTF-8 text')
  }
}

function tooManyBytes(): TooLargeError {
  return new TooLargeError('bytes', Limits.BUNDLE_SIZE_BYTES, '$')
}

function parse(text: string, path = '$'): CanonicalJson.Value {
  try {
    return CanonicalJson.parse(text)
  } catch (error) {
    if (!hasCode(error, 'CanonicalJson.Invalid')) throw error
    const hint = /^\s*</.test(text) ? 'This looks like XML; convert it to FHIR JSON.' : undefined
    throw new NotFhirError(path, error.message, hint)
  }
}

function assertResource(value: CanonicalJson.Value, path: string): string {
  if (!isObject(value)) throw new NotFhirError(path, 'expected an object')
  const type = value['resourceType']
  if (typeof type !== 'string') {
    throw new NotFhirError(`${path}.resourceType`, 'expected the name of a resource type')
  }
  if (!RESOURCE_TYPES.has(type)) {
    throw new NotFhirError(`${path}.resourceType`, 'FHIR R4 has no such resource type')
  }
  return type
}

function entriesOf(bundle: JsonObject): Resource[] {
  const type = bundle['type']
  if (typeof type !== 'string' || !READ_TYPES.has(type)) throw new TypeRefusedError(type)
  const entries = bundle['entry'] ?? []
  if (!Array.isArray(entries)) throw new NotFhirError('Bundle.entry', 'expected a list')
  if (entries.length > Limits.RECORD_RESOURCE_COUNT) {
    throw new TooLargeError('resources', Limits.RECORD_RESOURCE_COUNT, 'Bundle.entry')
  }
  const resources: Resource[] = []
  entries.forEach((entry, i) => {
    const path = `Bundle.entry[${i}]`
    if (!isObject(entry)) throw new NotFhirError(path, 'expected an object')
    // What a server says about a search is no part of the record (R4, search, "search.mode").
    if (memberOf(entry['search'], 'mode') === 'outcome') return
    const resource = entry['resource']
    if (resource === undefined && carriesNothing(entry)) return
    if (resource === undefined) throw new NotFhirError(`${path}.resource`, 'expected a resource')
    const fullUrl = entry['fullUrl']
    if (fullUrl !== undefined && typeof fullUrl !== 'string') {
      throw new NotFhirError(`${path}.fullUrl`, 'expected a text')
    }
    resources.push(fromValue(resource, { path: `${path}.resource`, fullUrl, index: i }))
  })
  assertIdsUnique(resources)
  return resources
}

/** A transaction's GET or DELETE asks for something and carries no resource. */
function carriesNothing(entry: JsonObject): boolean {
  const method = memberOf(entry['request'], 'method')
  return method === 'GET' || method === 'HEAD' || method === 'DELETE'
}

/** A resource from its parsed object. @throws Bundle.NotFhir */
export function fromValue(
  value: CanonicalJson.Value,
  place: { path?: string; fullUrl?: string | undefined; index?: number } = {},
): Resource {
  const path = place.path ?? '$'
  const type = assertResource(value, path)
  if (type === 'Bundle') throw new NotFhirError(path, 'a Bundle inside a Bundle is not read')
  const own = memberOf(value, 'id')
  if (own !== undefined && typeof own !== 'string') {
    throw new NotFhirError(`${path}.id`, 'expected a text')
  }
  // No logical id holds a `#`, so a made-up one meets no other.
  const id = own ?? idOfUrl(place.fullUrl) ?? `#${place.index ?? 0}`
  return place.fullUrl === undefined
    ? { type, id, value }
    : { type, id, fullUrl: place.fullUrl, value }
}

function idOfUrl(url: string | undefined): string | undefined {
  const last = url?.split(/[/:]/).at(-1)
  return last === '' ? undefined : last
}

function assertIdsUnique(resources: readonly Resource[]): void {
  const seen = new Map<string, number>()
  resources.forEach((resource, i) => {
    const key = resource.fullUrl ?? `${resource.type}/${resource.id}`
    const before = seen.get(key)
    if (before !== undefined) throw new DuplicateIdError(before, i)
    seen.set(key, i)
  })
}

function assertSizes(resources: readonly Resource[]): void {
  resources.forEach((resource, i) => {
    if (mostBytes(resource.value) <= Limits.RESOURCE_SIZE_BYTES) return
    if (canonicalBytes(resource).length > Limits.RESOURCE_SIZE_BYTES) {
      throw new TooLargeError('bytes', Limits.RESOURCE_SIZE_BYTES, `Bundle.entry[${i}].resource`)
    }
  })
}

/** An upper bound of a value's canonical bytes, in a fraction of the time of writing them: a code unit takes at most six. */
function mostBytes(value: CanonicalJson.Value): number {
  if (typeof value === 'string') return 6 * value.length + 3
  if (typeof value !== 'object' || value === null) return 6
  if (value instanceof CanonicalJson.NumberToken) return value.text.length + 1
  let size = 3
  if (Array.isArray(value)) for (const item of value) size += mostBytes(item)
  else {
    for (const key in value) {
      size += 6 * key.length + 4 + mostBytes(value[key] as CanonicalJson.Value)
    }
  }
  return size
}

/**
 * How references are resolved inside one file (R4, bundle, "Resolving references in Bundles"): `urn:uuid:` and absolute URLs by
 * `fullUrl`, relative ones by type and id, with a version (`/_history/2`) dropped, `#id` inside the holder's `contained`.
 */
export function resolver(resources: readonly Resource[]): Resolve {
  const byUrl = new Map<string, Resource>()
  const byTypeAndId = new Map<string, Resource>()
  for (const resource of resources) {
    if (resource.fullUrl !== undefined) byUrl.set(resource.fullUrl, resource)
    byTypeAndId.set(`${resource.type}/${resource.id}`, resource)
  }
  return (reference, from) => {
    if (reference.startsWith('#')) return containedOf(from, reference.slice(1))
    const plain = reference.replace(/\/_history\/[^/]+$/, '').replace(/#.*$/, '')
    const direct = byUrl.get(plain) ?? byTypeAndId.get(plain)
    if (direct || !/^https?:/.test(plain)) return direct
    // An absolute URL names a server: it means a resource of that name here only where the file tells no server of its own.
    const named = byTypeAndId.get(plain.split('/').slice(-2).join('/'))
    return named?.fullUrl === undefined ? named : undefined
  }
}

function containedOf(from: Resource | undefined, id: string): Resource | undefined {
  if (from === undefined) return undefined
  if (id === '') return from
  const value = childrenOf(from.value, 'contained').find((one) => memberOf(one, 'id') === id)
  return value === undefined ? undefined : fromValue(value, { path: `${from.type}.contained` })
}

/**
 * Resources of an NDJSON export (FHIR Bulk Data Access, one resource a line), plain or gzip, one at a time, so that memory does not grow
 * with the file. Errors name the line. @throws Bundle.NotFhir, Bundle.TooLarge
 */
export async function* readNdjson(
  stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): AsyncGenerator<Resource> {
  let line = 0
  for await (const text of readLines(stream, Limits.RESOURCE_SIZE_BYTES)) {
    line++
    if (text.trim() === '') continue
    const path = `line ${line}`
    yield fromValue(parse(text, path), { path, index: line - 1 })
  }
}

/** A Bundle of type collection with canonical text, digits verbatim. */
export function write(resources: readonly Resource[]): Uint8Array {
  const entry = resources.map((resource) => ({
    ...(resource.fullUrl === undefined ? {} : { fullUrl: resource.fullUrl }),
    resource: resource.value,
  }))
  return CanonicalJson.encode({ resourceType: 'Bundle', type: 'collection', entry })
}

/** NDJSON: one canonical line a resource. */
export function writeNdjson(resources: readonly Resource[]): Uint8Array {
  const lines = resources.map((resource) => `${CanonicalJson.stringify(resource.value)}\n`)
  return new TextEncoder().encode(lines.join(''))
}

export class NotFhirError extends AmbrosiaError {
  constructor(path: string, what: string, hint?: string) {
    super('Bundle.NotFhir', `no FHIR R4 JSON at ${path}: ${what}`, {
      details: { path },
      hint: hint ?? 'Give a FHIR R4 Bundle, a resource or an NDJSON export as JSON in UTF-8.',
    })
  }
}

export class TypeRefusedError extends AmbrosiaError {
  constructor(type: unknown) {
    const known = ['history', 'message', 'transaction-response', 'batch-response'].find(
      (name) => name === type,
    )
    super('Bundle.TypeRefused', `Bundle.type ${known ?? 'of this file'} is not read`, {
      details: { path: 'Bundle.type' },
      hint: `Export the record as one of: ${[...READ_TYPES].join(', ')}.`,
    })
  }
}

export class PatientCountError extends AmbrosiaError {
  constructor(count: number) {
    super('Bundle.PatientCount', `expected exactly one Patient, found ${count}`, {
      details: { count },
      hint: 'Give one file a person, with its Patient resource inside.',
    })
  }
}

export class TooLargeError extends AmbrosiaError {
  constructor(unit: 'bytes' | 'resources', limit: number, path: string) {
    super('Bundle.TooLarge', `more than ${limit} ${unit} at ${path}`, {
      details: { limit, path },
      hint: 'Split the record, or export a shorter period.',
    })
  }
}

export class DuplicateIdError extends AmbrosiaError {
  constructor(first: number, second: number) {
    super('Bundle.DuplicateId', `entries ${first} and ${second} have the same fullUrl or id`, {
      details: { first, second, path: `Bundle.entry[${second}]` },
      hint: 'Keep one version of each resource.',
    })
  }
}
