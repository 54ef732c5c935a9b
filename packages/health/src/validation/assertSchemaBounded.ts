import { SchemaInvalidError } from './errors.ts'
import { weightOf } from './patterns.ts'

/** Most sub-schemas of a consumer's JSON Schema, each reference counted with what it points at. */
const SCHEMA_NODE_COUNT = 10_000

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Refuses a JSON Schema whose check could take longer than the record is long: recursive
 * references, references that multiply, patterns whose search can backtrack, and `uniqueItems`,
 * which compares all with all. A consumer writes it, and every oracle must run it.
 * @throws Validation.SchemaInvalid
 */
export function assertSchemaBounded(schema: object): void {
  const sizes = new Map<Json, number>()
  const open = new Set<Json>()
  const sizeOf = (node: Json): number => {
    if (node === null || typeof node !== 'object') return 1
    const known = sizes.get(node)
    if (known !== undefined) return known
    if (open.has(node)) throw new SchemaInvalidError('it refers to itself')
    open.add(node)
    let size = 1
    for (const [key, member] of Object.entries(node)) {
      if (!Array.isArray(node)) assertMember(key, member)
      size += key === '$ref' ? sizeOf(target(schema as Json, member)) : sizeOf(member)
      if (size > SCHEMA_NODE_COUNT) throw new SchemaInvalidError('it is too large')
    }
    open.delete(node)
    sizes.set(node, size)
    return size
  }
  sizeOf(schema as Json)
}

function assertMember(key: string, member: Json): void {
  if (key === '$dynamicRef' || key === '$recursiveRef' || key === '$id' || key === 'id') {
    if (typeof member === 'string') throw new SchemaInvalidError(`it uses ${key}`)
  }
  if (key === 'uniqueItems' && member === true) throw new SchemaInvalidError('it uses uniqueItems')
  if (key === 'pattern' && typeof member === 'string') weightOf(member)
  if (key === 'patternProperties' && member !== null && typeof member === 'object') {
    for (const pattern of Object.keys(member)) weightOf(pattern)
  }
}

function target(root: Json, reference: Json): Json {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) {
    throw new SchemaInvalidError('it refers to another document')
  }
  let node: Json | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    const isHolder: boolean = node !== null && typeof node === 'object' && Object.hasOwn(node, key)
    node = isHolder ? (node as { [key: string]: Json })[key] : undefined
  }
  if (node === undefined) throw new SchemaInvalidError('it refers to what is not there')
  return node
}
