import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { childrenOf, isObject, memberOf, type Resource } from '../Resource.ts'
import { isStu3Type } from '../resource/earlierVersions.ts'
import { laterVersionOf } from '../resource/laterVersions.ts'
import { RESOURCE_TYPES } from '../resourceTypes.ts'
import { NotFhirError } from './errors.ts'

/** The type of what must be a resource of R4. @throws Bundle.NotFhir */
export function assertResource(value: Value, path: string): string {
  if (!isObject(value)) throw new NotFhirError(path, 'expected an object')
  const type = value['resourceType']
  if (typeof type !== 'string') {
    throw new NotFhirError(`${path}.resourceType`, 'expected the name of a resource type')
  }
  if (RESOURCE_TYPES.has(type)) return type
  const other = isStu3Type(type) ? 'STU3' : laterVersionOf(type)
  throw new NotFhirError(
    `${path}.resourceType`,
    other === undefined
      ? 'FHIR R4 has no such resource type'
      : `${type} is a resource type of FHIR ${other}, which R4 does not have`,
    other === undefined ? undefined : 'Export the record as FHIR R4 (4.0.1).',
  )
}

/** A resource from its parsed object. @throws Bundle.NotFhir */
export function fromValue(
  value: Value,
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
  const last = url
    ?.replace(/\/_history\/[^/]*$/, '')
    .split(/[/:]/)
    .at(-1)
  return last === '' ? undefined : last
}

/** The resource that another contains under an id; the other itself for none. */
export function containedOf(from: Resource, id: string): Resource | undefined {
  if (id === '') return from
  const value = childrenOf(from.value, 'contained').find((one) => memberOf(one, 'id') === id)
  return value === undefined ? undefined : fromValue(value, { path: `${from.type}.contained` })
}
