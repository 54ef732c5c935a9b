import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: false,
  validateFormats: false,
})
const compiled = new Map<string, ValidateFunction>()

/** Refuses data that does not have the shape of the schema; the error names the path, never a value. @throws Shape.Mismatch */
export function assertShape<T>(schema: { readonly $id: string }, data: unknown): T {
  let validate = compiled.get(schema.$id)
  if (!validate) {
    validate = ajv.compile(schema)
    compiled.set(schema.$id, validate)
  }
  if (!validate(data)) {
    const first = validate.errors?.[0]
    throw new ShapeError(schema.$id, first?.instancePath ?? '', first?.keyword ?? '')
  }
  return data as T
}

/** Data that is not of the shape its schema asks for. */
export class ShapeError extends AmbrosiaError {
  constructor(schema: string, path: string, rule: string) {
    super('Shape.Mismatch', `not ${schema} at ${path === '' ? 'the root' : path}: ${rule}`, {
      details: { schema, path, rule },
      hint: 'Compare with the JSON schema of that name in packages/exchange/src/schemas.',
    })
  }
}
