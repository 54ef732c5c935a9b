import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** Most sub-schemas of a consumer's JSON Schema, each reference counted with what it points at. */
const SCHEMA_NODE_COUNT = 10_000

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Refuses a JSON Schema whose check could take longer than the record is long: recursive references, references that multiply, patterns
 * whose search can backtrack, and `uniqueItems`, which compares all with all. A consumer writes it, and every oracle must run it.
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
  if (key === 'pattern' && typeof member === 'string') assertPattern(member)
  if (key === 'patternProperties' && member !== null && typeof member === 'object') {
    for (const pattern of Object.keys(member)) assertPattern(pattern)
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

/** Bound of a counted repetition. */
const REPEAT_COUNT = 256

/**
 * A pattern runs in time proportional to the text when it starts at `^`, repeats no group, and repeats at most twice for a variable
 * number of times, once without an upper bound.
 */
function assertPattern(pattern: string): void {
  const refuse = (): never => {
    throw new SchemaInvalidError('a pattern could take too long; start it with ^ and repeat less')
  }
  if (!pattern.startsWith('^') || pattern.length > 1000) refuse()
  // Escapes and character classes hold no quantifiers of their own.
  const bare = pattern.replace(/\\./gs, 'e').replace(/\[[^\]]*\]/g, 'c')
  if (/\)[*+?{]/.test(bare) || /\(\?/.test(bare) || /\\[1-9k]/.test(pattern)) refuse()
  if (/\|/.test(bare.replace(/\([^()]*\)/g, ''))) refuse()
  const unbounded = bare.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  const optional = bare.match(/\?|\{\d+,\d+\}/g)?.length ?? 0
  if (unbounded > 1 || unbounded + optional > 2) refuse()
  for (const match of bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(match[2] || match[1]) > REPEAT_COUNT) refuse()
  }
}

export class SchemaInvalidError extends AmbrosiaError {
  constructor(what: string) {
    super(
      'Validation.SchemaInvalid',
      `the criteria name a JSON Schema that can't be used: ${what}`,
      {
        hint: 'Use draft-06 or later, with references inside the document and simple patterns.',
      },
    )
  }
}
