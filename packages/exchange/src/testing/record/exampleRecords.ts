import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '@ambrosia/primitives/CanonicalJson'
import { isJson, type Json } from './changes.ts'

/** The names of a folder's resources, sorted. */
export function exampleFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !/^(package|\.index)\.json$/.test(name))
    .sort()
}

/** The entries of a record with the example in it: with its Patient, or with one that it names. */
export function exampleRecord(folder: string, name: string): Json[] {
  const value = parse(readFileSync(join(folder, name)))
  if (!isJson(value)) return []
  const entries = value['resourceType'] === 'Bundle' ? value['entry'] : [{ resource: value }]
  const own: Json[] = []
  if (Array.isArray(entries)) for (const one of entries) if (isJson(one)) own.push(one)
  const resources = own.filter((one) => isJson(one['resource']))
  const patients = resources.filter(isPatient)
  const rest = resources.filter((one) => !isPatient(one))
  const [patient = { resource: patientOf(rest) }] = patients
  return [patient, ...rest].map((one) => ({
    ...(one['fullUrl'] === undefined ? {} : { fullUrl: one['fullUrl'] }),
    resource: one['resource'] ?? null,
  }))
}

function isPatient({ resource }: Json): boolean {
  return isJson(resource) && resource['resourceType'] === 'Patient'
}

/** A Patient under the id that the resources name. */
function patientOf(entries: readonly Json[]): Json {
  const references = entries.flatMap(({ resource }) => {
    if (!isJson(resource)) return []
    const about = resource['subject'] ?? resource['patient']
    const reference = isJson(about) ? about['reference'] : undefined
    return typeof reference === 'string' ? [reference] : []
  })
  const id = references.find((one) => /^Patient\//.test(one))?.slice('Patient/'.length) ?? 'someone'
  return { resourceType: 'Patient', id, gender: 'female', birthDate: '1961-04-05' }
}
