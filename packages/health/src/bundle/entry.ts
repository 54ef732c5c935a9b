import { type JsonObject, memberOf, type Resource } from '../Resource.ts'
import { NotFhirError } from './errors.ts'
import { fromValue } from './fromValue.ts'

/** The resource of a Bundle's entry. @throws Bundle.NotFhir */
export function resourceOf(entry: JsonObject, index: number): Resource {
  const path = `Bundle.entry[${index}]`
  const resource = entry['resource']
  if (resource === undefined) throw new NotFhirError(`${path}.resource`, 'expected a resource')
  const fullUrl = entry['fullUrl']
  if (fullUrl !== undefined && typeof fullUrl !== 'string') {
    throw new NotFhirError(`${path}.fullUrl`, 'expected a text')
  }
  return fromValue(resource, { path: `${path}.resource`, fullUrl, index })
}

/** The HTTP method that an entry stands for, if any. */
export function methodOf(entry: JsonObject): string | undefined {
  const method = memberOf(entry['request'], 'method')
  return typeof method === 'string' ? method : undefined
}
