import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'

/** A JSON object whose numbers are tokens. */
export type JsonObject = { [key: string]: Value }

/** True for a JSON object, not for a number token, array or null. */
export function isObject(value: Value | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberToken)
  )
}

/** The member of an object, undefined for anything else. */
export function memberOf(value: Value | undefined, name: string): Value | undefined {
  return isObject(value) ? value[name] : undefined
}

/** The members of that name as a list: an array's items, or the one value, or none. */
export function childrenOf(value: Value, name: string): Value[] {
  const member = memberOf(value, name)
  if (member === undefined) return []
  return Array.isArray(member) ? member : [member]
}

/**
 * A primitive as text. Objects of a parsed file have no prototype, and `String` throws for them:
 * they are neither a code nor a text.
 */
export function asText(value: unknown): string {
  if (value instanceof NumberToken) return value.text
  return typeof value === 'object' && value !== null ? '[object]' : String(value)
}
