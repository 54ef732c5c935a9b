/** The part of JSON Schema that our messages use. */
export type Schema = {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  minItems?: number
  minimum?: number
  minLength?: number
  pattern?: string
}

/** Texts of the patterns that our schemas name. */
const SAMPLES = [
  `0x${'ab'.repeat(32)}`,
  `0x${'ab'.repeat(20)}`,
  `0x${'1b'.repeat(65)}`,
  '0x',
  '1',
  'A'.repeat(22),
  'A'.repeat(43),
  'A'.repeat(64),
  'A'.repeat(86),
  `b${'a'.repeat(58)}`,
  'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  `did:ambrosia:31337:0x${'ab'.repeat(32)}`,
  'DUO:0000042',
  '2030-01-01',
  'text',
]

/**
 * A value that the schema takes: the least that it asks for.
 * @throws where a pattern has no sample yet
 */
export function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] as Schema)
  if (schema.type === 'object' || schema.properties !== undefined) return objectOf(schema)
  if (schema.type === 'array') {
    const { minItems = 0, items = {} } = schema
    return Array.from({ length: minItems }, () => sampleOf(items))
  }
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  if (schema.type === 'null') return null
  return textOf(schema)
}

function objectOf({ properties = {}, required = [] }: Schema): object {
  const names = Object.keys(properties).filter((name) => required.includes(name))
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] as Schema)]))
}

function textOf({ pattern, minLength = 0 }: Schema): string {
  if (pattern === undefined) return 'x'.repeat(Math.max(1, minLength))
  const found = SAMPLES.find((text) => new RegExp(pattern, 'u').test(text))
  if (found === undefined) throw new Error(`no sample of ${pattern}`)
  return found
}
