import { NumberToken } from '@ambrosia/primitives/CanonicalJson'
import { type JsonObject, memberOf, type Resource } from '../Resource.ts'
import { methodOf, resourceOf } from './entry.ts'
import { NotFhirError } from './errors.ts'
import { identityOf, normalUrl } from './Identity.ts'

/** One version of a resource, or its deletion. */
type Version = {
  readonly resource: Resource | undefined
  /** Milliseconds; NaN where the version does not tell. */
  readonly time: number
  readonly number: number
}

/**
 * The newest version of each resource of a history (FHIR R4, http, "history"), without those that
 * were deleted last. Versions are ordered by their time, else their number, else as the history
 * stands, which has the newest first.
 */
export function newestOf(entries: readonly JsonObject[]): Resource[] {
  const newest = new Map<string, Version>()
  const names = new Map<string, string>()
  const versions = entries.map((entry, index) => ({ name: nameIn(entry, index), entry, index }))
  for (const { name } of versions) {
    // A deletion may name the resource relative to its server only.
    const tail = name.split('/').slice(-2).join('/')
    if (name !== tail) names.set(tail, names.has(tail) && names.get(tail) !== name ? tail : name)
  }
  for (const { name, entry, index } of versions) {
    const key = names.get(name) ?? name
    const version = versionOf(entry, index)
    const known = newest.get(key)
    if (known === undefined || isNewer(version, known)) newest.set(key, version)
  }
  return [...newest.values()].flatMap(({ resource }) => resource ?? [])
}

function nameIn(entry: JsonObject, index: number): string {
  const fullUrl = entry['fullUrl']
  if (typeof fullUrl === 'string') return normalUrl(fullUrl)
  const resource = entry['resource'] === undefined ? undefined : resourceOf(entry, index)
  const identity = resource === undefined ? undefined : identityOf(resource)
  if (identity !== undefined) return identity
  const url = memberOf(entry['request'], 'url')
  if (typeof url !== 'string') throw new NotFhirError(`Bundle.entry[${index}]`, 'names no resource')
  return normalUrl(url)
}

function versionOf(entry: JsonObject, index: number): Version {
  const isDeletion = methodOf(entry) === 'DELETE'
  const resource = isDeletion ? undefined : resourceOf(entry, index)
  if (resource?.type === 'Parameters' && methodOf(entry) === 'PATCH') {
    throw new NotFhirError(
      `Bundle.entry[${index}].resource`,
      'a history holds versions, not patches',
    )
  }
  const meta = memberOf(entry['resource'], 'meta')
  const time = memberOf(meta, 'lastUpdated') ?? memberOf(entry['response'], 'lastModified')
  const etag = memberOf(meta, 'versionId') ?? memberOf(entry['response'], 'etag')
  return {
    resource,
    time: typeof time === 'string' ? Date.parse(time) : Number.NaN,
    number: numberOf(etag),
  }
}

function numberOf(etag: unknown): number {
  if (etag instanceof NumberToken) return Number(etag.text)
  const match = typeof etag === 'string' ? /^(?:W\/)?"?(\d{1,15})"?$/.exec(etag) : null
  return match ? Number(match[1]) : Number.NaN
}

function isNewer(version: Version, known: Version): boolean {
  if (version.time !== known.time && !Number.isNaN(version.time - known.time)) {
    return version.time > known.time
  }
  return version.number > known.number
}
