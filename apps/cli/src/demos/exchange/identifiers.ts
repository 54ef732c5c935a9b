import { SHORTEST_BYTES } from '@ambrosia/devnet/leaks/forms'
import type { SaltedResource } from '@ambrosia/exchange/IssuedRecord'
import type { Resource } from '@ambrosia/health/Resource'
import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'

/** Element names whose text is public terminology and not about a person. */
const PUBLIC_ELEMENTS = new Set([
  'system',
  'code',
  'unit',
  'display',
  'url',
  'profile',
  'resourceType',
  'status',
  'type',
  'valueCode',
  'text',
])

/**
 * Values of the original that Safe Harbor removed, as far as they are about a person: names,
 * numbers, addresses, dates, ids. Words that stand in the delivered form too are not secret and
 * left out, and so is what is too short to be looked for.
 */
export function identifiersOf(
  original: readonly Resource[],
  delivered: readonly SaltedResource[],
): string[] {
  const found = new Set<string>()
  const visit = (value: Value, element: string): void => {
    if (typeof value === 'string') {
      if (
        Buffer.byteLength(value) >= SHORTEST_BYTES &&
        !PUBLIC_ELEMENTS.has(element) &&
        !value.startsWith('<')
      )
        found.add(value)
    } else if (Array.isArray(value)) {
      for (const member of value) visit(member, element)
    } else if (value !== null && typeof value === 'object' && !(value instanceof NumberToken)) {
      for (const [key, member] of Object.entries(value)) visit(member, key)
    }
  }
  for (const resource of original) visit(resource.value, '')
  const known = delivered.map((resource) => resource.text).join('\n')
  return [...found].filter(
    (text) => !known.includes(JSON.stringify(text)) && !/^https?:/.test(text),
  )
}
