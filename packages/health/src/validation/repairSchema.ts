export type Property = {
  pattern?: string
  type?: string
  items?: { $ref?: string; enum?: unknown[] }
}
export type Definition = { properties?: Record<string, Property> }

/**
 * The published pattern of base64Binary: white space inside makes its search exponential.
 * checkRules looks at these instead.
 */
const SLOW_PATTERN = '^(\\s*([0-9a-zA-Z\\+/=]){4}\\s*)+$'

/** Definitions of the R4 JSON Schema without what is wrong in them. */
export function repairDefinitions(definitions: Record<string, Definition>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, repair(definition)]),
  )
}

function repair(definition: Definition): object {
  if (definition.properties === undefined) return definition
  const properties = Object.entries(definition.properties).map(([key, property]) => {
    if (property.pattern === SLOW_PATTERN) {
      const { pattern: _, ...rest } = property
      return [key, rest] as const
    }
    return [key, isPrimitiveList(property) ? withNulls(property) : property] as const
  })
  return { ...definition, properties: Object.fromEntries(properties) }
}

function isPrimitiveList({ type, items }: Property): boolean {
  if (type !== 'array' || items === undefined) return false
  return items.enum !== undefined || /^#\/definitions\/[a-z]/.test(items.$ref ?? '')
}

/**
 * A null in a list of primitives holds the place of one that has extensions only (R4, json,
 * "primitive"); the schema refuses it.
 */
function withNulls(property: Property): object {
  return { ...property, items: { if: { type: 'null' }, else: property.items } }
}
