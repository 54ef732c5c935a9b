import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import * as Limits from '@ambrosia/primitives/Limits'
import { entriesOf } from './bundle/entries.ts'
import { NotFhirError, PatientCountError, TooLargeError, UnreadableError } from './bundle/errors.ts'
import { assertResource, containedOf, fromValue } from './bundle/fromValue.ts'
import { createIdentityIndex, isMadeUp } from './bundle/Identity.ts'
import { merge } from './bundle/merge.ts'
import { readLines } from './bundle/readLines.ts'
import { toText } from './bundle/toText.ts'
import { canonicalBytes, type JsonObject, type Resource, references } from './Resource.ts'
import { KEPT_TYPES } from './safe-harbor/keptTypes.ts'

export { fromValue } from './bundle/fromValue.ts'
export { merge } from './bundle/merge.ts'

/**
 * Reading and writing FHIR R4 files: Bundles (https://hl7.org/fhir/R4/bundle.html), single
 * resources and NDJSON. What is read is kept as it stood, numbers as tokens; a resource is never
 * rewritten, so that its digest is that of its source.
 */

/**
 * Finds what a reference points at; `from` is the resource that holds it, needed for `#contained`
 * references.
 */
export type Resolve = (reference: string, from?: Resource) => Resource | undefined

/** One person's record. */
export type PatientRecord = { resources: Resource[]; patient: Resource; resolve: Resolve }

/**
 * The record of one person from a Bundle or a resource, in UTF-8 or UTF-16, plain or gzip.
 * @throws Bundle.NotFhir, Bundle.TypeRefused, Bundle.PatientCount, Bundle.TooLarge,
 * Bundle.DuplicateId, Bundle.RequestRefused, Bundle.PagedHistory
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
    type === 'Bundle' ? merge(entriesOf(value as JsonObject)) : [fromValue(value, { path: '$' })]
  if (resources.length > Limits.RECORD_RESOURCE_COUNT) {
    throw new TooLargeError('resources', Limits.RECORD_RESOURCE_COUNT, 'Bundle.entry')
  }
  // Canonical text is never longer than its source, so a small file can't hold a large resource.
  if (text.length > Limits.RESOURCE_SIZE_BYTES / 4) assertSizes(resources)
  return resources
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

function assertSizes(resources: readonly Resource[]): void {
  for (const [i, resource] of resources.entries()) assertSize(resource, `resource ${i}`)
}

/**
 * What the Safe Harbor form drops anyway, such as a Binary, may be of any size; the identified form
 * refuses it when it is signed.
 */
function assertSize(resource: Resource, path: string): void {
  if (!KEPT_TYPES.has(resource.type) || mostBytes(resource.value) <= Limits.RESOURCE_SIZE_BYTES) {
    return
  }
  if (canonicalBytes(resource).length > Limits.RESOURCE_SIZE_BYTES) {
    throw new TooLargeError('bytes', Limits.RESOURCE_SIZE_BYTES, path)
  }
}

/**
 * An upper bound of a value's canonical bytes, in a fraction of the time of writing them: a code
 * unit takes at most six.
 */
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
 * How references are resolved inside one file (R4, bundle, "Resolving references in Bundles"):
 * `urn:uuid:` and absolute URLs by `fullUrl`, relative ones by type and id on the server of the
 * resource that holds them, with a version (`/_history/2`) dropped, `#id` inside the holder's
 * `contained`.
 */
export function resolver(resources: readonly Resource[]): Resolve {
  const index = createIdentityIndex<Resource>()
  for (const resource of resources) index.add(resource, resource)
  return (reference, from) => {
    if (!reference.startsWith('#')) return index.find(reference, from)
    return from === undefined ? undefined : containedOf(from, reference.slice(1))
  }
}

/**
 * Resources of an NDJSON export (FHIR Bulk Data Access, one resource a line), plain or gzip, one at
 * a time, so that memory does not grow with the file. Errors name the line. A resource without an
 * id is named by `file` and its line.
 * @throws Bundle.NotFhir, Bundle.TooLarge
 */
export async function* readNdjson(
  stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  file = '',
): AsyncGenerator<Resource> {
  let line = 0
  for await (const text of readLines(stream, Limits.BUNDLE_SIZE_BYTES)) {
    line++
    if (text.trim() === '') continue
    const path = `line ${line}`
    const resource = fromValue(parse(text, path), { path, index: line - 1 })
    if (text.length > Limits.RESOURCE_SIZE_BYTES / 4) assertSize(resource, path)
    yield file !== '' && isMadeUp(resource.id)
      ? { ...resource, id: `#${file}.${line - 1}` }
      : resource
  }
}

/** As {@link assertReadable}, for NDJSON. @throws Bundle.Unreadable */
export function assertLinesReadable(bytes: Uint8Array, resources: readonly Resource[]): void {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
  if (lines.length !== resources.length)
    throw new UnreadableError('its lines are not its resources')
  lines.forEach((line, i) => {
    const { type, value } = fromValue(parse(line), { index: i })
    const resource = resources[i] as Resource
    if (type !== resource.type || CanonicalJson.stringify(value) !== line) {
      throw new UnreadableError(`resource ${i} would change`)
    }
  })
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

/**
 * Refuses what could not be read back as the same resources, before it is handed out. Whoever signs
 * or writes a record calls it with the very bytes.
 * @throws Bundle.Unreadable
 */
export function assertReadable(bytes: Uint8Array | string, resources: readonly Resource[]): void {
  let read: Resource[]
  try {
    read = readResources(bytes)
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    throw new UnreadableError(error.message)
  }
  if (read.length !== resources.length) {
    throw new UnreadableError(`${resources.length} resources would become ${read.length}`)
  }
  const before = resolver(resources)
  const after = resolver(read)
  const positions = new Map(resources.map((resource, i) => [resource, i]))
  resources.forEach((resource, i) => {
    const again = read[i] as Resource
    if (CanonicalJson.stringify(again.value) !== CanonicalJson.stringify(resource.value)) {
      throw new UnreadableError(`resource ${i} would change`)
    }
    for (const reference of references(resource)) {
      const target = positions.get(before(reference, resource) as Resource)
      if (target === undefined || after(reference, again) === read[target]) continue
      throw new UnreadableError(`a reference of resource ${i} would lead elsewhere`)
    }
  })
}
