import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: false,
  validateFormats: false,
})
const compiled = new Map<string, ValidateFunction>()

/**
 * Refuses data that does not have the shape of the schema; the error names the path, never a value.
 * @throws Shape.Mismatch
 */
export function assertShape<T>(schema: { readonly $id: string }, data: unknown): T {
  let validate = compiled.get(schema.$id)
  if (!validate) {
    validate = ajv.compile(schema)
    compiled.set(schema.$id, validate)
  }
  if (!validate(data)) {
    throw new ShapeError(schema.$id, validate.errors?.[0])
  }
  return data as T
}

/** Data that is not of the shape its schema asks for. */
export class ShapeError extends AmbrosiaError {
  constructor(schema: string, error: ErrorObject | undefined) {
    const { instancePath: path = '', keyword: rule = '' } = error ?? {}
    super(
      'Shape.Mismatch',
      `not ${schema} at ${path === '' ? 'the root' : path}: ${faultOf(error)}`,
      {
        details: { schema, path, rule },
        hint: 'Compare with the JSON schema of that name in packages/exchange/src/schemas.',
      },
    )
  }
}

/**
 * What is wrong, with the member's name; names come from the schema, or are checked to be names.
 */
function faultOf(error: ErrorObject | undefined): string {
  const { keyword = '', params = {} } = error ?? {}
  const { missingProperty, additionalProperty, allowedValues, allowedValue, type, pattern, limit } =
    params as Record<string, unknown>
  const known: Record<string, string> = {
    required: `${String(missingProperty)} is missing`,
    additionalProperties: `${plainName(additionalProperty)} is not a member of it`,
    enum: `it is not one of ${[allowedValues].flat().slice(0, 20).join(', ')}`,
    const: `it is not ${String(allowedValue)}`,
    type: `it is not of type ${[type].flat().join(' or ')}`,
    pattern: `it does not have the form ${String(pattern)}`,
    minItems: `it has fewer than ${String(limit)} items`,
    maxItems: `it has more than ${String(limit)} items`,
    minLength: `it is shorter than ${String(limit)}`,
    maxLength: `it is longer than ${String(limit)}`,
    minimum: `it is below ${String(limit)}`,
    maximum: `it is above ${String(limit)}`,
    uniqueItems: 'it has an item twice',
  }
  return known[keyword] ?? keyword
}

/** The name of a member that the sender chose: only what looks like one is repeated. */
function plainName(name: unknown): string {
  return typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_-]{0,40}$/.test(name)
    ? name
    : 'a member with another name'
}
