import type { Resource } from '@ambrosia/health/Resource'
import {
  fromBase64url,
  fromUtf8,
  type RandomBytes,
  toBase64url,
  toHex,
} from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import {
  BUNDLE_SIZE_BYTES,
  JSON_NODE_COUNT,
  RECORD_RESOURCE_COUNT,
  RESOURCE_SIZE_BYTES,
} from '@ambrosia/primitives/Limits'
import { issuedRecordSchema } from './schemas/record.ts'
import { assertShape } from './validateShape.ts'

/**
 * `safe-harbor`: de-identified by 45 CFR 164.514(b)(2), sold by default. `identified`: as it came.
 */
export type RecordForm = 'safe-harbor' | 'identified'

/** The canonical text of a resource and the salt of its digest (16 bytes, base64url). */
export type SaltedResource = { salt: string; text: string }

/**
 * What an issuer hands to the person: the base credential and the resources its digests speak of,
 * in one order.
 */
export type IssuedRecord = {
  version: 1
  form: RecordForm
  credential: Record<string, unknown>
  resources: SaltedResource[]
}

/**
 * Salts the canonical text of each resource.
 * @throws Record.TooManyResources, Record.ResourceTooLarge
 */
export function salted(resources: readonly Resource[], randomBytes: RandomBytes): SaltedResource[] {
  if (resources.length > RECORD_RESOURCE_COUNT) throw new TooManyResourcesError(resources.length)
  return resources.map((resource, index) => {
    const text = CanonicalJson.stringify(resource.value)
    if (fromUtf8(text).length > RESOURCE_SIZE_BYTES) throw new ResourceTooLargeError(index)
    return { salt: toBase64url(randomBytes(16)), text }
  })
}

/** SHA-256 of salt and canonical bytes, 32 bytes. */
export function digest(resource: SaltedResource): Uint8Array {
  return sha256(fromBase64url(resource.salt), fromUtf8(resource.text))
}

/** A digest as it stands in the credential. */
export function digestText(digestBytes: Uint8Array): string {
  return `sha256:${toHex(digestBytes).slice(2)}`
}

/**
 * The resource of a canonical text. The text is parsed once and must be canonical already, so that
 * what was hashed is what is read.
 * @throws Record.NotCanonical
 */
export function toResource(salted: SaltedResource, index: number): Resource {
  return readResource(salted, index)
}

/**
 * The resources of one record, which together are bounded as a Bundle is.
 * @throws Record.NotCanonical, Record.TooLarge, CanonicalJson.Invalid
 */
export function toResources(record: readonly SaltedResource[]): Resource[] {
  const size = record.reduce((sum, { text }) => sum + text.length, 0)
  if (size > BUNDLE_SIZE_BYTES) throw new RecordTooLargeError()
  const budget = { nodes: JSON_NODE_COUNT }
  return record.map((one, index) => readResource(one, index, budget))
}

function readResource(
  salted: SaltedResource,
  index: number,
  budget?: CanonicalJson.NodeBudget,
): Resource {
  const value = CanonicalJson.parse(salted.text, undefined, budget)
  if (CanonicalJson.stringify(value) !== salted.text) throw new NotCanonicalError(index)
  const object = value as { [key: string]: CanonicalJson.Value }
  const type = object?.['resourceType']
  const id = object?.['id']
  if (typeof type !== 'string') throw new NotCanonicalError(index)
  const fullUrl = typeof id === 'string' ? fullUrlOf(id) : undefined
  return {
    type,
    id: typeof id === 'string' ? id : `#${index}`,
    ...(fullUrl ? { fullUrl } : {}),
    value,
  }
}

/** @throws Shape.Mismatch */
export function parse(data: unknown): IssuedRecord {
  return assertShape<IssuedRecord>(issuedRecordSchema, data)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The `fullUrl` of a resource whose id is a UUID; references inside the record name it so. */
function fullUrlOf(id: string): string | undefined {
  return UUID.test(id) ? `urn:uuid:${id}` : undefined
}

/**
 * A FHIR Bundle of type collection with the resources' texts verbatim; `fullUrl` where the id is a
 * UUID (FHIR R4, Bundle, resource URL and uniqueness rules).
 */
export function toBundleText(resources: readonly SaltedResource[]): string {
  const entries = resources.map(({ text }) => {
    const { id } = JSON.parse(text) as { id?: unknown }
    const fullUrl = typeof id === 'string' ? fullUrlOf(id) : undefined
    return `{${fullUrl ? `"fullUrl":"${fullUrl}",` : ''}"resource":${text}}`
  })
  return `{"entry":[${entries.join(',')}],"resourceType":"Bundle","type":"collection"}`
}

export class TooManyResourcesError extends AmbrosiaError {
  constructor(count: number) {
    super('Record.TooManyResources', `${count} resources; the limit is ${RECORD_RESOURCE_COUNT}`)
  }
}

export class RecordTooLargeError extends AmbrosiaError {
  constructor() {
    super('Record.TooLarge', `the record is larger than ${BUNDLE_SIZE_BYTES} bytes`)
  }
}

export class ResourceTooLargeError extends AmbrosiaError {
  constructor(index: number) {
    super(
      'Record.ResourceTooLarge',
      `resource ${index} is larger than ${RESOURCE_SIZE_BYTES} bytes`,
    )
  }
}

export class NotCanonicalError extends AmbrosiaError {
  constructor(index: number) {
    super('Record.NotCanonical', `resource ${index} is not the canonical text of a FHIR resource`)
  }
}
