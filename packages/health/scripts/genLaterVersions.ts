/**
 * Writes src/resource/laterVersions.generated.json: resource types of R4B and R5 that R4 does not
 * have, and the elements that R5 gives to types that the Safe Harbor form keeps and R4 does not,
 * from the R5 model of fhirpath.js. They are named in errors and reports only. Run after a change
 * of fhirpath: node packages/health/scripts/genLaterVersions.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import r5 from 'fhirpath/fhir-context/r5'
import { RESOURCE_TYPES } from '../src/resourceTypes.ts'
import { KEPT_TYPES } from '../src/safe-harbor/keptTypes.ts'
import { elementsOf, findElement } from '../src/safe-harbor/tables.ts'

/** Types that R4B added (https://hl7.org/fhir/R4B/resourcelist.html). */
const R4B =
  'AdministrableProductDefinition Citation ClinicalUseDefinition EvidenceReport Ingredient ManufacturedItemDefinition MedicinalProductDefinition NutritionProduct PackagedProductDefinition RegulatedAuthorization SubscriptionStatus SubscriptionTopic SubstanceDefinition'.split(
    ' ',
  )
const ABSTRACT = /^(?:Domain|Canonical|Metadata)?Resource$/

const parents = r5.type2Parent as Record<string, string>
const paths = r5.path2Type as Record<string, string>
const choices = r5.choiceTypePaths as Record<string, string[]>

function isResource(type: string): boolean {
  for (let at: string | undefined = type; at; at = parents[at]) if (at === 'Resource') return true
  return false
}

const added = Object.keys(parents).filter(
  (type) => isResource(type) && !RESOURCE_TYPES.has(type) && !ABSTRACT.test(type),
)
const types = {
  R4B: R4B.filter((type) => !RESOURCE_TYPES.has(type)).sort(),
  R5: added.filter((type) => !R4B.includes(type)).sort(),
}

const elements: Record<string, string[]> = {}
const keys = [
  ...Object.keys(paths),
  ...Object.entries(choices).flatMap(([path, list]) =>
    list.map((type) => path + type.charAt(0).toUpperCase() + type.slice(1)),
  ),
]
for (const path of new Set(keys)) {
  const [type = '', key, ...rest] = path.split('.')
  const rows = KEPT_TYPES.has(type) ? elementsOf(type) : undefined
  if (rows === undefined || key === undefined || rest.length > 0) continue
  if (rows.has(`${key}[x]`) || findElement(rows, key) !== undefined) continue
  elements[type] = [...(elements[type] ?? []), key]
}
for (const list of Object.values(elements)) list.sort()

const sorted = Object.fromEntries(Object.entries(elements).sort())
const text = `${JSON.stringify({ source: 'fhirpath/fhir-context/r5', types, elements: sorted })}\n`
const path = fileURLToPath(new URL('../src/resource/laterVersions.generated.json', import.meta.url))
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write('src/resource/laterVersions.generated.json is not what the model gives\n')
  process.exitCode = 1
}
