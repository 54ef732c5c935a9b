import type { Value } from '@ambrosia/primitives/CanonicalJson'
import * as Limits from '@ambrosia/primitives/Limits'
import { childrenOf, isObject, type JsonObject, memberOf, type Resource } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { methodOf, resourceOf } from './entry.ts'
import {
  NotFhirError,
  PagedHistoryError,
  READ_TYPES,
  RequestRefusedError,
  TooLargeError,
  TypeRefusedError,
} from './errors.ts'
import { newestOf } from './history.ts'
import { identityOf, normalUrl } from './Identity.ts'

/**
 * The resources of a Bundle by what its type says of its entries (FHIR R4, bundle).
 * @throws Bundle.*
 */
export function entriesOf(bundle: JsonObject): Resource[] {
  const type = bundle['type']
  if (typeof type !== 'string' || !READ_TYPES.has(type)) throw new TypeRefusedError(type)
  const entries = bundle['entry'] ?? []
  if (!Array.isArray(entries)) throw new NotFhirError('Bundle.entry', 'expected a list')
  if (entries.length > Limits.RECORD_RESOURCE_COUNT) {
    throw new TooLargeError('resources', Limits.RECORD_RESOURCE_COUNT, 'Bundle.entry')
  }
  const objects = entries.map((entry, i) => {
    if (!isObject(entry)) throw new NotFhirError(`Bundle.entry[${i}]`, 'expected an object')
    return entry
  })
  if (type === 'history') {
    assertWholeHistory(bundle)
    return newestOf(objects)
  }
  const resources: Resource[] = []
  const requests: { index: number; entry: JsonObject; method: string }[] = []
  objects.forEach((entry, index) => {
    const method = methodOf(entry)
    if (isRequest(entry, method)) requests.push({ index, entry, method: method ?? '' })
    else if (!isOutcome(entry, type)) resources.push(resourceOf(entry, index))
  })
  for (const request of requests) assertElsewhere(request, resources)
  return resources
}

/** What a server says about a search is not part of the record (R4, search, "search.mode"). */
function isOutcome(entry: JsonObject, type: string): boolean {
  if (memberOf(entry['search'], 'mode') === 'outcome') return true
  return type === 'searchset' && memberOf(entry['resource'], 'resourceType') === 'OperationOutcome'
}

/**
 * True for an entry that asks for something and carries no state of a resource: GET, HEAD and
 * DELETE, a PATCH with its instructions, an operation or a search by POST.
 */
function isRequest(entry: JsonObject, method: string | undefined): boolean {
  if (method === undefined) return false
  if (method === 'PATCH') return true
  const carriesNothing = method === 'GET' || method === 'HEAD' || method === 'DELETE'
  if (entry['resource'] === undefined) return carriesNothing
  const url = asText(memberOf(entry['request'], 'url') ?? '')
  if (method === 'POST' && /(?:^|\/)(?:\$|_search)/.test(url)) return true
  return memberOf(entry['resource'], 'resourceType') === 'Parameters'
}

/**
 * A change of a resource that stands in the Bundle too leaves open which state counts.
 * @throws Bundle.RequestRefused
 */
function assertElsewhere(
  { index, entry, method }: { index: number; entry: JsonObject; method: string },
  resources: readonly Resource[],
): void {
  if (method !== 'PATCH' && method !== 'DELETE') return
  const url = memberOf(entry['request'], 'url')
  const names = [entry['fullUrl'], url].filter((one): one is string => typeof one === 'string')
  const isHere = resources.some((resource) => names.some((name) => isNamed(resource, name)))
  if (isHere) throw new RequestRefusedError(index, method)
}

/** True where a request's address, absolute or relative to the server, is the resource's. */
function isNamed(resource: Resource, address: string): boolean {
  const identity = identityOf(resource)
  if (identity === undefined) return false
  const plain = normalUrl(address)
  return (
    identity === plain ||
    identity.endsWith(`/${plain}`) ||
    plain === `${resource.type}/${resource.id}`
  )
}

function assertWholeHistory(bundle: JsonObject): void {
  const relations = childrenOf(bundle as Value, 'link').map((link) => memberOf(link, 'relation'))
  const isPage = relations.some((one) => one === 'next' || one === 'previous' || one === 'prev')
  if (isPage) throw new PagedHistoryError()
}
