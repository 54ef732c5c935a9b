import table from './laterVersions.generated.json' with { type: 'json' }

/** What FHIR has only since R4B or R5, to say so where R4 is expected. */

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries(table.types).flatMap(([version, types]) =>
    types.map((type) => [type, version] as const),
  ),
)

/** The version that brought a resource type, undefined for any other name. */
export function laterVersionOf(type: string): string | undefined {
  return TYPES.get(type)
}

const elements = table.elements as Record<string, string[]>

/** True for an element that R5 gives to the resource type and R4 does not. */
export function isR5Element(type: string, key: string): boolean {
  return Object.hasOwn(elements, type) && elements[type]?.includes(key) === true
}
